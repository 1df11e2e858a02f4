// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IGate
/// @notice Decides which nodes may register for a run: an allowlist, a stake, a proof of personhood.
/// @dev Called by STATICCALL while a registration is being made, before the registry has changed anything.
interface IGate {
    /// @notice Whether `provider` may register `node` for `runId` now.
    /// @dev A gate may also revert with an error of its own; the registration then fails with that error.
    /// @param runId The run that the node wants to join.
    /// @param provider The wallet that registers the node.
    /// @param node The node's own key.
    /// @param capabilitiesHash keccak256 of the node's capability document.
    function admits(uint256 runId, address provider, address node, bytes32 capabilitiesHash)
        external
        view
        returns (bool);
}
