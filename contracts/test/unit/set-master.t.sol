// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Run} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract SetMasterTest is RegistryTest {
    address private immutable successor = _named("second master");

    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.setMaster(7, successor);
    }

    function test_WhenTheCallerIsNotTheOwner() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        vm.prank(master);
        registry.setMaster(runId, successor);
    }

    function test_WhenTheRunIsClosed() external {
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _setMaster(successor);
    }

    function test_WhenTheNewMasterIsZero() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.ZeroMaster.selector));
        _setMaster(address(0));
    }

    function test_WhenAnotherMasterIsNamed() external {
        _skip(1 days);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.MasterChanged(runId, successor, 2);
        _setMaster(successor);

        _assertTerm(1, master, START, START + 1 days);
        _assertTerm(2, successor, START + 1 days, 0);
        Run memory run = registry.getRun(runId);
        assertEq(run.master, successor, "master");
        assertEq(run.masterEpoch, 2, "epoch");
        assertEq(run.masterSince, START + 1 days, "since");
    }

    function test_WhenTheSameMasterIsNamedAgain() external {
        _skip(1 hours);
        _setMaster(master);
        _assertTerm(1, master, START, START + 1 hours);
        _assertTerm(2, master, START + 1 hours, 0);
    }

    function _setMaster(address to) private {
        vm.prank(owner);
        registry.setMaster(runId, to);
    }

    function _assertTerm(uint32 epoch, address who, uint256 since, uint256 until) private view {
        (address actual, uint40 actualSince, uint40 actualUntil) = registry.masterTerm(runId, epoch);
        assertEq(actual, who, "master of the term");
        assertEq(actualSince, since, "since");
        assertEq(actualUntil, until, "until");
    }
}
