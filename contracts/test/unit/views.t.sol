// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Registration, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract ViewsTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        bytes memory notFound = abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7);
        _expectRevert(notFound);
        registry.getRun(7);
        _expectRevert(notFound);
        registry.getRegistration(7, node);
        _expectRevert(notFound);
        registry.standingOf(7, node);
        _expectRevert(notFound);
        registry.nextRound(7, node);
        _expectRevert(notFound);
        registry.approvedSeconds(7, node);
        _expectRevert(notFound);
        registry.masterTerm(7, 1);
    }

    function test_WhenTheNodeNeverRegistered() external view {
        _assertStanding(Standing.None);
        Registration memory empty;
        assertEq(keccak256(abi.encode(_registration())), keccak256(abi.encode(empty)), "registration");
        _assertNextRound(0, 0);
        (address boundTo, uint256 activeRunId) = registry.nodeInfo(node);
        assertEq(boundTo, address(0), "provider");
        assertEq(activeRunId, 0, "active run");
    }

    function test_WhenTheNodeIsPendingForAlmostTheTimeOut() external {
        _register();
        _skip(3 days - 1);
        _assertStanding(Standing.Pending);
    }

    function test_WhenTheNodeIsPendingForTheTimeOut() external {
        _register();
        _skip(4 days);
        _assertStanding(Standing.Lapsed);
        assertEq(uint256(_registration().standing), uint256(Standing.Lapsed), "standing of the registration");
        assertEq(_registration().endedAt, START + 3 days, "ended at");
        _assertNextRound(0, 0);
        (address boundTo, uint256 activeRunId) = registry.nodeInfo(node);
        assertEq(boundTo, provider, "provider");
        assertEq(activeRunId, 0, "active run");
    }

    function test_WhenTheRunClosedBeforeTheTimeOutOfAPendingNode() external {
        _register();
        _skip(3 days - 1);
        _closeRun();
        _assertStanding(Standing.Closed);
        _skip(1 days);
        _assertStanding(Standing.Closed);
        assertEq(_registration().endedAt, START + 3 days - 1, "ended at");
    }

    function test_WhenTheNodeIsPendingInAnOpenRound() external {
        _register();
        _skip(6 hours - 1);
        _assertNextRound(1, START);
    }

    function test_WhenTheRoundOfAPendingNodeHasExpired() external {
        _register();
        _skip(6 hours);
        _assertNextRound(2, START + 6 hours);
    }

    function test_WhenTheRoundOfAnApprovedNodeIsSettled() external {
        _register();
        _skip(1 hours);
        _approve();
        _assertNextRound(2, START + 1 days);
    }

    function test_WhenTheNodeIsApproved() external {
        _register();
        _skip(1 hours);
        _approve();
        _skip(5 hours);
        assertEq(registry.approvedSeconds(runId, node), 5 hours, "approved seconds");
        assertEq(_registration().pastSeconds, 0, "past seconds");
    }

    function test_WhenTheNodeWasApprovedTwice() external {
        _register();
        _approve();
        _skip(2 hours);
        _leave();
        _skip(1 days);
        _register();
        _skip(1 hours);
        _approve();
        _skip(3 hours);
        assertEq(registry.approvedSeconds(runId, node), 5 hours, "approved seconds");
    }

    function test_WhenAMasterTermDoesNotExist() external {
        bytes4 selector = IComputeRegistry.MasterTermNotFound.selector;
        _expectRevert(abi.encodeWithSelector(selector, runId, 0));
        registry.masterTerm(runId, 0);
        _expectRevert(abi.encodeWithSelector(selector, runId, 2));
        registry.masterTerm(runId, 2);
    }

    function test_WhenTheValidatorNeverVoted() external {
        _register();
        (uint32 seq, uint32 round) = registry.lastVote(runId, node, alpha);
        assertEq(seq, 0, "seq");
        assertEq(round, 0, "round");
    }

    function test_WhenTheClientsAskForTheDomain() external view {
        (, string memory name, string memory version, uint256 chainId, address verifyingContract,,) =
            registry.eip712Domain();
        assertEq(name, "Muster", "name");
        assertEq(version, "1", "version");
        assertEq(chainId, block.chainid, "chain id");
        assertEq(verifyingContract, address(registry), "verifying contract");
    }

    function _assertNextRound(uint32 expectedRound, uint256 expectedOpensAt) private view {
        (uint32 round, uint40 opensAt) = registry.nextRound(runId, node);
        assertEq(round, expectedRound, "next round");
        assertEq(opensAt, expectedOpensAt, "opens at");
    }
}
