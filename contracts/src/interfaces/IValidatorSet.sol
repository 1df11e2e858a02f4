// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IValidatorSet
/// @notice Says who may give verdicts.
/// @dev Called by STATICCALL while a verdict is being given, before the registry has changed anything.
interface IValidatorSet {
    /// @notice Whether `who` may give verdicts on the nodes of `runId` now.
    function isValidator(uint256 runId, address who) external view returns (bool);
}
