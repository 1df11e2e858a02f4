// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IValidatorSet} from "./interfaces/IValidatorSet.sol";

/// @title ValidatorSet
/// @notice The simplest set of validators: one list that its owner keeps, the same for every run that names it.
contract ValidatorSet is IValidatorSet, Ownable2Step {
    /// @notice `validator` may give verdicts from now on.
    event ValidatorAdded(address indexed validator);
    /// @notice `validator` may give no more verdicts; those it gave still count in their rounds.
    event ValidatorRemoved(address indexed validator);

    /// @notice The zero address can sign nothing.
    error ZeroValidator();
    /// @notice `validator` is on the list already.
    error AlreadyValidator(address validator);
    /// @notice `validator` is not on the list.
    error NotOnList(address validator);

    mapping(address who => bool) private _isValidator;

    /// @param initialOwner Keeps the list.
    /// @param validators The first entries.
    constructor(address initialOwner, address[] memory validators) Ownable(initialOwner) {
        for (uint256 i = 0; i < validators.length; ++i) {
            _add(validators[i]);
        }
    }

    /// @notice Puts `validator` on the list. Only the owner.
    function addValidator(address validator) external onlyOwner {
        _add(validator);
    }

    /// @notice Takes `validator` off the list. Only the owner.
    function removeValidator(address validator) external onlyOwner {
        require(_isValidator[validator], NotOnList(validator));
        _isValidator[validator] = false;
        emit ValidatorRemoved(validator);
    }

    /// @inheritdoc IValidatorSet
    function isValidator(uint256, address who) external view returns (bool) {
        return _isValidator[who];
    }

    function _add(address validator) private {
        require(validator != address(0), ZeroValidator());
        require(!_isValidator[validator], AlreadyValidator(validator));
        _isValidator[validator] = true;
        emit ValidatorAdded(validator);
    }
}
