// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Run, RunSpec} from "../../src/interfaces/IComputeRegistry.sol";
import {ListGate} from "../helpers/Plugins.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract CreateRunTest is RegistryTest {
    function test_WhenTheMasterIsZero() external {
        RunSpec memory spec = _spec();
        spec.master = address(0);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.ZeroMaster.selector));
        _createRun(spec);
    }

    function test_WhenTheQuorumIsZero() external {
        RunSpec memory spec = _spec();
        spec.quorum = 0;
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.ZeroQuorum.selector));
        _createRun(spec);
    }

    function test_WhenTheValidatorSetHasNoCode() external {
        RunSpec memory spec = _spec();
        spec.validators = stranger;
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotAContract.selector, stranger));
        _createRun(spec);
    }

    function test_WhenTheGateHasNoCode() external {
        RunSpec memory spec = _spec();
        spec.gate = stranger;
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotAContract.selector, stranger));
        _createRun(spec);
    }

    function test_WhenTheDiscoveryUriIsTooLong() external {
        RunSpec memory spec = _spec();
        spec.discoveryUri = _bytes(257);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.StringTooLong.selector, 257, 256));
        _createRun(spec);
    }

    function test_WhenTheRequirementsAreTooLong() external {
        RunSpec memory spec = _spec();
        spec.requirements = _bytes(1025);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.StringTooLong.selector, 1025, 1024));
        _createRun(spec);
    }

    function test_WhenTheStringsAreAsLongAsAllowed() external {
        RunSpec memory spec = _spec();
        (spec.discoveryUri, spec.requirements) = (_bytes(256), _bytes(1024));
        Run memory run = registry.getRun(_createRun(spec));
        assertEq(bytes(run.discoveryUri).length, 256, "discovery URI");
        assertEq(bytes(run.requirements).length, 1024, "requirements");
    }

    function test_WhenTheSpecIsValid() external {
        RunSpec memory spec = _spec();
        spec.gate = address(new ListGate());
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RunCreated(2, owner, spec);
        uint256 created = _createRun(spec);

        assertEq(runId, 1, "first run id");
        assertEq(created, 2, "second run id");
        assertEq(registry.runCount(), 2, "run count");
        Run memory run = registry.getRun(created);
        assertEq(run.owner, owner, "owner");
        assertEq(run.createdAt, START, "created at");
        assertEq(run.closedAt, 0, "closed at");
        assertEq(run.pendingOwner, address(0), "pending owner");
        assertEq(run.validators, spec.validators, "validators");
        assertEq(run.gate, spec.gate, "gate");
        assertEq(run.quorum, 2, "quorum");
        assertEq(run.termsHash, spec.termsHash, "terms");
        assertEq(run.discoveryUri, spec.discoveryUri, "discovery URI");
        assertEq(run.requirements, spec.requirements, "requirements");
        (address first, uint40 since, uint40 until) = registry.masterTerm(created, 1);
        assertEq(first, master, "master of the first term");
        assertEq(since, START, "since");
        assertEq(until, 0, "until");
    }
}
