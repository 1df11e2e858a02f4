// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Registration, RunSpec, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {ValidatorSet} from "../../src/ValidatorSet.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract VerdictsFuzzTest is RegistryTest {
    /// @dev Whoever reaches the quorum first decides, for every quorum and every order of verdicts.
    function testFuzz_TheFirstQuorumDecides(uint8 quorum, uint256 votes) external {
        quorum = uint8(bound(quorum, 1, 12));
        _useRunWithQuorum(quorum, 24);
        _register();
        uint256 approvals;
        uint256 rejections;
        for (uint256 i = 0; approvals < quorum && rejections < quorum; ++i) {
            _assertStanding(Standing.Pending);
            bool approve = (votes >> i) & 1 == 1;
            if (approve) ++approvals;
            else ++rejections;
            _vote(_validator(i), approve);
        }
        _assertStanding(approvals == quorum ? Standing.Approved : Standing.Rejected);
        assertEq(_registration().approvals, approvals, "approvals");
        assertEq(_registration().rejections, rejections, "rejections");
    }

    /// @dev The largest quorum can be reached, and neither tally overflows on the way.
    function test_TheLargestQuorumCanBeReached() external {
        _useRunWithQuorum(255, 255);
        _register();
        for (uint256 i = 0; i < 255; ++i) {
            _assertStanding(Standing.Pending);
            _vote(_validator(i), true);
        }
        _assertStanding(Standing.Approved);
    }

    /// @dev Nobody outside the set gets a verdict in, whoever it is.
    function testFuzz_RefusesWhoeverIsNotListed(address caller, bool approve) external {
        vm.assume(!validators.isValidator(runId, caller));
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotValidator.selector, runId, caller));
        vm.prank(caller);
        registry.submitVerdict(runId, node, 1, 1, approve, EVIDENCE);
    }

    /// @dev A verdict counts for one seq and one round: those of the registration as it is.
    function testFuzz_RefusesEveryOtherSeqAndRound(uint32 seq, uint32 round, uint256 time) external {
        vm.assume(seq != 1 || round != 1);
        _register();
        vm.warp(bound(time, START, START + 6 hours - 1));
        vm.expectRevert();
        vm.prank(alpha);
        registry.submitVerdict(runId, node, seq, round, true, EVIDENCE);
    }

    /// @dev At any time, the round that the view names is the one that is taken, and the time it names is exact.
    function testFuzz_NextRoundNamesTheRoundThatIsTaken(uint256 time, bool approved) external {
        _register();
        if (approved) _approve();
        vm.warp(bound(time, START, START + 3 days - 1));
        (uint32 round, uint40 opensAt) = registry.nextRound(runId, node);
        uint256 now_ = block.timestamp;
        if (opensAt > now_) {
            _expectRevert(abi.encodeWithSelector(IComputeRegistry.RoundNotOpen.selector, round, round, opensAt));
        }
        vm.prank(gamma);
        registry.submitVerdict(runId, node, 1, round, true, EVIDENCE);
        assertEq(_registration().round, opensAt > now_ ? 1 : round, "round");
    }

    /// @dev Approved seconds are the sum of the approvals, however they end and whatever lies between them.
    function testFuzz_ApprovedSecondsAddUp(uint24[4] calldata served, uint24[4] calldata between, uint256 ends)
        external
    {
        uint256 expected;
        for (uint256 i = 0; i < served.length; ++i) {
            _register();
            _approve();
            _skip(served[i]);
            expected += served[i];
            assertEq(registry.approvedSeconds(runId, node), expected, "while approved");
            if ((ends >> i) & 1 == 1) _leave();
            else _eject(false);
            _skip(1 hours + uint256(between[i]));
            assertEq(registry.approvedSeconds(runId, node), expected, "after the end");
            assertEq(_registration().pastSeconds, expected, "past seconds");
        }
    }

    /// @dev A pending registration is live until its time-out to the second, unless its run closes first.
    function testFuzz_LapsesToTheSecond(uint256 closesAfter, uint256 seenAfter) external {
        closesAfter = bound(closesAfter, 0, 6 days);
        seenAfter = bound(seenAfter, closesAfter, 12 days);
        _register();
        vm.warp(START + closesAfter);
        _closeRun();
        vm.warp(START + seenAfter);
        bool lapsed = closesAfter >= 3 days;
        _assertStanding(lapsed ? Standing.Lapsed : Standing.Closed);
        assertEq(_registration().endedAt, START + (lapsed ? 3 days : closesAfter), "ended at");
    }

    function _useRunWithQuorum(uint8 quorum, uint256 size) private {
        address[] memory members = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            members[i] = _validator(i);
        }
        RunSpec memory spec = _spec();
        spec.quorum = quorum;
        spec.validators = address(new ValidatorSet(owner, members));
        runId = _createRun(spec);
    }

    function _validator(uint256 index) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("fuzz validator", index)))));
    }
}
