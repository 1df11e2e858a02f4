// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Run, RunSpec} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract RightsFuzzTest is RegistryTest {
    /// @dev What is the owner's is nobody else's: not the master's, the provider's, the node's or a validator's.
    function testFuzz_OnlyTheOwnerChangesARun(address caller, uint256 role) external {
        caller = _someRole(caller, role);
        vm.assume(caller != owner);
        _register();
        _eject(true);
        bytes memory refusal = abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, caller);
        bytes32 before = _state();

        _expectRevert(refusal);
        vm.prank(caller);
        registry.offerRun(runId, caller);
        _expectRevert(refusal);
        vm.prank(caller);
        registry.setMaster(runId, caller);
        _expectRevert(refusal);
        vm.prank(caller);
        registry.setDiscoveryUri(runId, "");
        _expectRevert(refusal);
        vm.prank(caller);
        registry.setGate(runId, address(0));
        _expectRevert(refusal);
        vm.prank(caller);
        registry.closeRun(runId);
        _expectRevert(refusal);
        vm.prank(caller);
        registry.unban(runId, node);
        assertEq(_state(), before, "state");
    }

    /// @dev Only provider and node leave; only master and owner eject.
    function testFuzz_OnlyTheEntitledEndARegistration(address caller, uint256 role) external {
        caller = _someRole(caller, role);
        vm.assume(caller != owner && caller != master && caller != provider && caller != node);
        _register();
        bytes32 before = _state();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotProviderOrNode.selector, runId, node, caller));
        vm.prank(caller);
        registry.leaveRun(runId, node);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotMasterOrOwner.selector, runId, caller));
        vm.prank(caller);
        registry.eject(runId, node, 1, false, "");
        assertEq(_state(), before, "state");
    }

    /// @dev A spec comes back as it went in, and its strings are limited in bytes.
    function testFuzz_StoresTheSpecOrRefusesIt(RunSpec memory spec, uint16 uriLength, uint16 requirementsLength)
        external
    {
        spec.validators = address(validators);
        spec.gate = address(0);
        spec.discoveryUri = _bytes(uriLength % 300);
        spec.requirements = _bytes(requirementsLength % 1100);
        bool good = spec.master != address(0) && spec.quorum != 0;
        good = good && uriLength % 300 <= 256 && requirementsLength % 1100 <= 1024;
        if (!good) vm.expectRevert();
        uint256 created = _createRun(spec);
        if (!good) return;

        Run memory run = registry.getRun(created);
        RunSpec memory stored = RunSpec(
            run.master, run.validators, run.gate, run.quorum, run.termsHash, run.discoveryUri, run.requirements
        );
        assertEq(keccak256(abi.encode(stored)), keccak256(abi.encode(spec)), "spec");
    }

    /// @dev Each second of a run's life belongs to exactly one master term.
    function testFuzz_MasterTermsFollowOneAnother(uint24[6] calldata lengths, uint24 last) external {
        uint256 start = block.timestamp;
        for (uint256 i = 0; i < lengths.length; ++i) {
            _skip(lengths[i]);
            vm.prank(owner);
            registry.setMaster(runId, address(uint160(i + 1)));
        }
        _skip(last);
        _closeRun();
        uint256 expected = start;
        for (uint32 epoch = 1; epoch <= lengths.length + 1; ++epoch) {
            (address who, uint40 since, uint40 until) = registry.masterTerm(runId, epoch);
            assertEq(who, epoch == 1 ? master : address(uint160(epoch - 1)), "master of the term");
            assertEq(since, expected, "since");
            expected += epoch <= lengths.length ? lengths[epoch - 1] : last;
            assertEq(until, expected, "until");
        }
    }

    function _someRole(address caller, uint256 role) private view returns (address) {
        address[5] memory roles = [master, provider, node, alpha, stranger];
        return role % 6 < 5 ? roles[role % 6] : caller;
    }

    function _state() private view returns (bytes32) {
        return keccak256(abi.encode(registry.getRun(runId), _registration()));
    }
}
