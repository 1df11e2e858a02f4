// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Registration, RunSpec, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {ReentrantPlugin} from "../helpers/Plugins.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract SubmitVerdictTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(alpha);
        registry.submitVerdict(7, node, 1, 1, true, EVIDENCE);
    }

    function test_WhenTheRunIsClosed() external {
        _register();
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _submit(alpha, 1, 1, true);
    }

    function test_WhenTheNodeIsNotLive() external {
        _register();
        _leave();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotLive.selector, runId, node, Standing.Left));
        _submit(alpha, 1, 1, true);
    }

    function test_WhenTheRegistrationHasLapsed() external {
        _register();
        _skip(3 days);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotLive.selector, runId, node, Standing.Lapsed));
        _submit(alpha, 1, 2, true);
    }

    function test_WhenAnotherRegistrationIsMeant() external {
        _register();
        _leave();
        _skip(1 hours);
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.SeqMismatch.selector, 1, 2));
        _submit(alpha, 1, 1, true);
    }

    function test_WhenTheCallerIsNoValidatorOfTheRun() external {
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotValidator.selector, runId, owner));
        _submit(owner, 1, 1, true);
    }

    function test_WhenTheValidatorWasRemovedMeanwhile() external {
        _register();
        _submit(alpha, 1, 1, true);
        vm.prank(owner);
        validators.removeValidator(alpha);
        vm.prank(owner);
        validators.removeValidator(beta);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotValidator.selector, runId, beta));
        _submit(beta, 1, 1, true);
        _submit(gamma, 1, 1, true);
        _assertStanding(Standing.Approved);
    }

    function test_WhenTheValidatorVotedInThisRoundAlready() external {
        _register();
        _submit(alpha, 1, 1, true);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.AlreadyVoted.selector, runId, node, alpha, 1));
        _submit(alpha, 1, 1, false);
    }

    function test_WhenTheValidatorVotedInAnEarlierRegistration() external {
        _register();
        _submit(alpha, 1, 1, true);
        _leave();
        _skip(1 hours);
        _register();
        _submit(alpha, 2, 1, true);
        assertEq(_registration().approvals, 1, "approvals");
    }

    function test_WhenTheValidatorSetTriesToChangeTheRegistry() external {
        RunSpec memory spec = _spec();
        spec.validators = address(new ReentrantPlugin());
        runId = _createRun(spec);
        _register();
        vm.expectRevert();
        _submit(alpha, 1, 1, true);
        assertEq(_registration().approvals, 0, "approvals");
    }

    function test_WhenAVerdictMakesNoQuorum() external {
        _register();
        vm.expectEmit(address(registry));
        emit IComputeRegistry.VerdictSubmitted(runId, node, alpha, 1, 1, true, EVIDENCE, 1, 0);
        _submit(alpha, 1, 1, true);
        assertEq(_registration().approvals, 1, "approvals");
        assertEq(_registration().rejections, 0, "rejections");
        _assertStanding(Standing.Pending);
        (uint32 seq, uint32 round) = registry.lastVote(runId, node, alpha);
        assertEq(seq, 1, "seq of the vote");
        assertEq(round, 1, "round of the vote");
    }

    function test_WhenApprovalsMakeTheQuorumOfAPendingNode() external {
        _register();
        _submit(alpha, 1, 1, true);
        _skip(10 minutes);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.VerdictSubmitted(runId, node, beta, 1, 1, true, EVIDENCE, 2, 0);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RoundSettled(runId, node, 1, 1, Standing.Approved);
        _submit(beta, 1, 1, true);
        _assertStanding(Standing.Approved);
        assertEq(_registration().approvedAt, START + 10 minutes, "approved at");
        assertEq(_registration().endedAt, 0, "ended at");
    }

    function test_WhenRejectionsMakeTheQuorumOfAPendingNode() external {
        _register();
        _submit(alpha, 1, 1, false);
        _skip(10 minutes);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.VerdictSubmitted(runId, node, beta, 1, 1, false, EVIDENCE, 0, 2);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RoundSettled(runId, node, 1, 1, Standing.Rejected);
        _submit(beta, 1, 1, false);
        _assertStanding(Standing.Rejected);
        assertEq(_registration().endedAt, START + 10 minutes, "ended at");
        assertEq(registry.approvedSeconds(runId, node), 0, "approved seconds");
    }

    function test_WhenVerdictsDiffer() external {
        _register();
        _submit(alpha, 1, 1, true);
        _submit(beta, 1, 1, false);
        _assertStanding(Standing.Pending);
        _submit(gamma, 1, 1, true);
        _assertStanding(Standing.Approved);
    }

    function test_WhenTheQuorumIsOne() external {
        RunSpec memory spec = _spec();
        spec.quorum = 1;
        runId = _createRun(spec);
        _register();
        _submit(alpha, 1, 1, true);
        _assertStanding(Standing.Approved);
    }

    function test_GivenItIsALaterRoundThanTheOpenOne() external {
        _register();
        _expectRoundNotOpen(2, 1, START);
        _submit(alpha, 1, 2, true);
    }

    function test_GivenItHasExpired() external {
        _register();
        _submit(alpha, 1, 1, true);
        _skip(6 hours);
        _expectRoundNotOpen(1, 2, START + 6 hours);
        _submit(beta, 1, 1, true);
    }

    function test_GivenItFollowsAnExpiredRound() external {
        _register();
        _submit(alpha, 1, 1, true);
        _skip(7 hours);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.VerdictSubmitted(runId, node, alpha, 1, 2, false, EVIDENCE, 0, 1);
        _submit(alpha, 1, 2, false);
        Registration memory registration = _registration();
        assertEq(registration.round, 2, "round");
        assertEq(registration.approvals, 0, "approvals");
        assertEq(registration.rejections, 1, "rejections");
        assertEq(registration.roundOpenedAt, START + 7 hours, "round opened at");
        assertEq(registration.registeredAt, START, "registered at");
    }

    function test_GivenItSkipsARound() external {
        _register();
        _skip(13 hours);
        _expectRoundNotOpen(3, 2, START + 6 hours);
        _submit(alpha, 1, 3, true);
    }

    function test_GivenItsRoundIsSettled() external {
        _register();
        _approve();
        _expectRoundNotOpen(1, 2, START + 1 days);
        _submit(gamma, 1, 1, false);
    }

    function test_GivenTheIntervalIsNotOver() external {
        _register();
        _approve();
        _skip(1 days - 1);
        _expectRoundNotOpen(2, 2, START + 1 days);
        _submit(gamma, 1, 2, false);
    }

    function test_GivenTheIntervalIsOver() external {
        _register();
        _approve();
        _skip(1 days);
        _submit(alpha, 1, 2, false);
        _assertStanding(Standing.Approved);
        assertEq(_registration().round, 2, "round");
        assertEq(_registration().approvals, 0, "approvals");
        assertEq(_registration().rejections, 1, "rejections");
    }

    function test_GivenApprovalsMakeTheQuorumAgain() external {
        _register();
        _approve();
        _skip(1 days);
        _submit(alpha, 1, 2, true);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.VerdictSubmitted(runId, node, gamma, 1, 2, true, EVIDENCE, 2, 0);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RoundSettled(runId, node, 1, 2, Standing.Approved);
        _submit(gamma, 1, 2, true);
        _assertStanding(Standing.Approved);
        assertEq(_registration().approvedAt, START, "approved at");
        assertEq(registry.approvedSeconds(runId, node), 1 days, "approved seconds");
    }

    function test_GivenRejectionsMakeTheQuorum() external {
        _register();
        _approve();
        _skip(1 days);
        _submit(alpha, 1, 2, false);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.VerdictSubmitted(runId, node, beta, 1, 2, false, EVIDENCE, 0, 2);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RoundSettled(runId, node, 1, 2, Standing.Invalidated);
        _submit(beta, 1, 2, false);
        _assertStanding(Standing.Invalidated);
        assertEq(_registration().endedAt, START + 1 days, "ended at");
        assertEq(_registration().pastSeconds, 1 days, "past seconds");
    }

    function test_GivenItsLaterRoundExpiresWithoutAQuorum() external {
        _register();
        _approve();
        _skip(1 days);
        _submit(alpha, 1, 2, false);
        _skip(6 hours);
        _assertStanding(Standing.Approved);
        _expectRoundNotOpen(3, 3, START + 2 days);
        _submit(beta, 1, 3, false);
    }

    function test_GivenNoQuorumIsLeftOfTheOldVerdicts() external {
        _register();
        _approve();
        _skip(1 days);
        _submit(alpha, 1, 2, false);
        _skip(1 days);
        _submit(beta, 1, 3, false);
        _assertStanding(Standing.Approved);
        assertEq(_registration().rejections, 1, "rejections");
    }

    function _submit(address validator, uint32 seq, uint32 round, bool approve) private {
        vm.prank(validator);
        registry.submitVerdict(runId, node, seq, round, approve, EVIDENCE);
    }

    function _expectRoundNotOpen(uint32 round, uint32 next, uint256 opensAt) private {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RoundNotOpen.selector, round, next, opensAt));
    }
}
