// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {RunSpec} from "../../src/interfaces/IComputeRegistry.sol";
import {ListGate} from "../helpers/Plugins.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

/// @notice Measures each call as a transaction of its own (forge's isolation: base fee of 21,000, calldata, cold
/// storage, refunds), and writes snapshots/ComputeRegistry.json, from which the README's table is made.
/// forge-config: default.isolate = true
contract GasTest is RegistryTest {
    string private constant GROUP = "ComputeRegistry";

    function test_CreateRun() external {
        _createRun(_spec());
        vm.snapshotGasLastCall(GROUP, "createRun");
        RunSpec memory spec = _spec();
        (spec.discoveryUri, spec.requirements) = (_bytes(256), _bytes(1024));
        for (uint256 i = 0; i < 1024; ++i) {
            bytes(spec.requirements)[i] = "x";
            if (i < 256) bytes(spec.discoveryUri)[i] = "x";
        }
        _createRun(spec);
        vm.snapshotGasLastCall(GROUP, "createRun (longest strings)");
    }

    function test_Owner() external {
        vm.prank(owner);
        registry.offerRun(runId, stranger);
        vm.snapshotGasLastCall(GROUP, "offerRun");
        vm.prank(stranger);
        registry.acceptRun(runId);
        vm.snapshotGasLastCall(GROUP, "acceptRun");
    }

    function test_ChangeRun() external {
        vm.prank(owner);
        registry.setMaster(runId, stranger);
        vm.snapshotGasLastCall(GROUP, "setMaster");
        vm.prank(owner);
        registry.setDiscoveryUri(runId, "https://elsewhere.example/discovery");
        vm.snapshotGasLastCall(GROUP, "setDiscoveryUri");
        address gate = address(new ListGate());
        vm.prank(owner);
        registry.setGate(runId, gate);
        vm.snapshotGasLastCall(GROUP, "setGate");
        vm.prank(owner);
        registry.closeRun(runId);
        vm.snapshotGasLastCall(GROUP, "closeRun");
    }

    function test_RegisterAndLeave() external {
        _register();
        vm.snapshotGasLastCall(GROUP, "register (first)");
        _leave();
        vm.snapshotGasLastCall(GROUP, "leaveRun");
        _skip(1 hours);
        _register();
        vm.snapshotGasLastCall(GROUP, "register (again)");
    }

    function test_Verdicts() external {
        _register();
        _vote(alpha, true);
        vm.snapshotGasLastCall(GROUP, "submitVerdict (first)");
        _vote(beta, true);
        vm.snapshotGasLastCall(GROUP, "submitVerdict (settles)");
        _skip(1 days);
        _vote(alpha, true);
        vm.snapshotGasLastCall(GROUP, "submitVerdict (opens a later round)");
        _vote(beta, true);
        vm.snapshotGasLastCall(GROUP, "submitVerdict (settles a later round)");
    }

    function test_EjectAndUnban() external {
        _register();
        _approve();
        _eject(true);
        vm.snapshotGasLastCall(GROUP, "eject");
        vm.prank(owner);
        registry.unban(runId, node);
        vm.snapshotGasLastCall(GROUP, "unban");
    }

    function test_Deploy() external {
        new ComputeRegistry();
        vm.snapshotGasLastCall(GROUP, "deploy");
    }
}
