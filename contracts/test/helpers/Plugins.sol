// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGate} from "../../src/interfaces/IGate.sol";
import {IValidatorSet} from "../../src/interfaces/IValidatorSet.sol";
import {IComputeRegistry} from "../../src/interfaces/IComputeRegistry.sol";

/// @notice Admits the nodes it was told to.
contract ListGate is IGate {
    mapping(address node => bool) public listed;

    function list(address node) external {
        listed[node] = true;
    }

    function admits(uint256, address, address node, bytes32) external view returns (bool) {
        return listed[node];
    }
}

/// @notice Refuses with an error of its own.
contract RevertingGate is IGate {
    error StakeTooLow(address node);

    function admits(uint256, address, address node, bytes32) external pure returns (bool) {
        revert StakeTooLow(node);
    }
}

/// @notice Tries to change the registry while it is asked; its selector is the plug-ins', its body is not a view.
contract ReentrantPlugin {
    function admits(uint256 runId, address, address node, bytes32) external returns (bool) {
        IComputeRegistry(msg.sender).leaveRun(runId, node);
        return true;
    }

    function isValidator(uint256 runId, address) external returns (bool) {
        IComputeRegistry(msg.sender).closeRun(runId);
        return true;
    }
}

/// @notice Works until it is broken; then it burns all gas it gets.
contract BreakablePlugin is IGate, IValidatorSet {
    bool public broken;

    function breakDown() external {
        broken = true;
    }

    function admits(uint256, address, address, bytes32) external view returns (bool) {
        return _answer();
    }

    function isValidator(uint256, address) external view returns (bool) {
        return _answer();
    }

    function _answer() private view returns (bool) {
        if (broken) {
            assembly {
                invalid()
            }
        }
        return true;
    }
}
