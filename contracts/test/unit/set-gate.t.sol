// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {ListGate} from "../helpers/Plugins.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract SetGateTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.setGate(7, address(0));
    }

    function test_WhenTheCallerIsNotTheOwner() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        vm.prank(master);
        registry.setGate(runId, address(0));
    }

    function test_WhenTheRunIsClosed() external {
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _setGate(address(0));
    }

    function test_WhenTheGateHasNoCode() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotAContract.selector, stranger));
        _setGate(stranger);
    }

    function test_WhenTheGateIsAContract() external {
        _register();
        ListGate gate = new ListGate();
        vm.expectEmit(address(registry));
        emit IComputeRegistry.GateChanged(runId, address(gate));
        _setGate(address(gate));

        assertEq(registry.getRun(runId).gate, address(gate), "gate");
        _assertStanding(Standing.Pending);
        _approve();
        (uint256 deadline, bytes memory consent) = _consent(OTHER_NODE_KEY, runId, provider, 1);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotAdmitted.selector, runId, otherNode));
        vm.prank(provider);
        registry.register(runId, otherNode, CAPABILITIES, deadline, consent);
    }

    function test_WhenTheGateIsZero() external {
        _setGate(address(new ListGate()));
        _setGate(address(0));
        _register();
        _assertStanding(Standing.Pending);
    }

    function _setGate(address gate) private {
        vm.prank(owner);
        registry.setGate(runId, gate);
    }
}
