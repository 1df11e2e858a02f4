// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Registration, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract CloseRunTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.closeRun(7);
    }

    function test_WhenTheCallerIsNotTheOwner() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        vm.prank(master);
        registry.closeRun(runId);
    }

    function test_WhenTheRunIsClosedAlready() external {
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _closeRun();
    }

    function test_WhenTheRunIsOpen() external {
        _skip(5 hours);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RunClosed(runId, owner);
        _closeRun();
        assertEq(registry.getRun(runId).closedAt, START + 5 hours, "closed at");
        (,, uint40 until) = registry.masterTerm(runId, 1);
        assertEq(until, START + 5 hours, "end of the term");
    }

    function test_WhenANodeIsPending() external {
        _register();
        _skip(2 hours);
        _closeRun();
        _skip(30 days);
        _assertStanding(Standing.Closed);
        assertEq(_registration().endedAt, START + 2 hours, "ended at");
    }

    function test_WhenANodeIsApproved() external {
        _register();
        _approve();
        _skip(2 hours);
        _closeRun();
        _skip(30 days);
        _assertStanding(Standing.Closed);
        Registration memory registration = _registration();
        assertEq(registration.endedAt, START + 2 hours, "ended at");
        assertEq(registration.pastSeconds, 2 hours, "past seconds");
        assertEq(registry.approvedSeconds(runId, node), 2 hours, "approved seconds");
    }

    function test_WhenANodeLapsedBefore() external {
        _register();
        _skip(3 days);
        _closeRun();
        _assertStanding(Standing.Lapsed);
    }

    function test_WhenANodeWasRejectedBefore() external {
        _register();
        _reject();
        _closeRun();
        _assertStanding(Standing.Rejected);
    }

    function test_WhenANodeIsLiveInTheRun() external {
        _register();
        _approve();
        uint256 otherRun = _createRun(_spec());
        _closeRun();
        _register(NODE_KEY, otherRun, provider);
        assertEq(uint256(registry.standingOf(otherRun, node)), uint256(Standing.Pending), "standing");
    }

    function test_WhenARoundIsOpen() external {
        _register();
        _vote(alpha, true);
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        vm.prank(beta);
        registry.submitVerdict(runId, node, 1, 1, true, EVIDENCE);
    }
}
