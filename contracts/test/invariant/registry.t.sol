// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {ValidatorSet} from "../../src/ValidatorSet.sol";
import {Registration, Run, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {ListGate} from "../helpers/Plugins.sol";
import {Test} from "../helpers/Test.sol";
import {EventMirror} from "./EventMirror.sol";
import {RegistryHandler} from "./RegistryHandler.sol";
import {RegistryModel} from "./RegistryModel.sol";
import {RunHandler} from "./RunHandler.sol";

/// @notice What holds after any sequence of calls by anybody; the prose is in ../README.md.
contract RegistryInvariantTest is Test {
    RegistryHandler private _handler;
    ComputeRegistry private _registry;
    RegistryModel private _model;
    EventMirror private _mirror;

    function setUp() external {
        vm.warp(1_900_000_000);
        _registry = new ComputeRegistry();
        address listOwner = address(uint160(uint256(keccak256("list owner"))));
        ValidatorSet validators = new ValidatorSet(listOwner, new address[](0));
        _handler = new RegistryHandler(_registry, validators, new ListGate());
        (_model, _mirror) = (_handler.model(), _handler.mirror());
        // Three validators, and runs with quorums 1, 2 and 3.
        for (uint256 i = 0; i < 3; ++i) {
            _handler.manageRun(uint256(RunHandler.Matter.Validators), 0, 0, i);
            _handler.manageRun(uint256(RunHandler.Matter.Create), 0, i, (i + 1) << 16);
        }
    }

    /// @dev One campaign for all invariants: each would otherwise repeat the very same sequences of calls.
    function invariant_TheRegistryKeepsItsRules() external {
        vm.warp(_handler.clock());
        _registrationsAgreeWithTheModel();
        _aNodeIsLiveInOneRunAtMost();
        _aClosedRunTakesNoRegistration();
        _eventsAloneRebuildTheState();
        _masterTermsHaveNoGap();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev I1. Standing, tallies and times agree with a model that replays the facts.
    function _registrationsAgreeWithTheModel() private view {
        for (uint256 runId = 1; runId <= _model.runCount(); ++runId) {
            for (uint256 i = 0; i < _handler.nodeCount(); ++i) {
                _compareWithModel(runId, _handler.nodes(i));
            }
        }
    }

    /// @dev I2. A node is live in one run at most, and stays with its first provider.
    function _aNodeIsLiveInOneRunAtMost() private view {
        for (uint256 i = 0; i < _handler.nodeCount(); ++i) {
            address node = _handler.nodes(i);
            uint256 liveIn;
            uint256 liveCount;
            for (uint256 runId = 1; runId <= _registry.runCount(); ++runId) {
                Standing standing = _registry.standingOf(runId, node);
                bool live = standing == Standing.Pending || standing == Standing.Approved;
                if (live) (liveIn, liveCount) = (runId, liveCount + 1);
                Registration memory registration = _registry.getRegistration(runId, node);
                bool sameProvider = registration.provider == _model.providerOf(node);
                assertTrue(registration.seq == 0 || sameProvider, "first provider");
            }
            assertTrue(liveCount <= 1, "live in one run at most");
            (address provider, uint256 activeRunId) = _registry.nodeInfo(node);
            assertEq(activeRunId, liveIn, "active run");
            assertEq(provider, _model.providerOf(node), "provider");
        }
    }

    /// @dev I3. A closed run holds nobody live and took no registration after its close.
    function _aClosedRunTakesNoRegistration() private view {
        for (uint256 runId = 1; runId <= _registry.runCount(); ++runId) {
            uint40 closedAt = _registry.getRun(runId).closedAt;
            for (uint256 i = 0; closedAt != 0 && i < _handler.nodeCount(); ++i) {
                Registration memory registration = _registry.getRegistration(runId, _handler.nodes(i));
                assertTrue(registration.registeredAt <= closedAt, "registered before the close");
                assertTrue(registration.endedAt <= closedAt, "ended by the close");
                assertTrue(registration.standing != Standing.Pending, "not pending");
                assertTrue(registration.standing != Standing.Approved, "not approved");
            }
        }
    }

    /// @dev I4. What the logs tell, read alone, is what the registry stores.
    function _eventsAloneRebuildTheState() private view {
        assertEq(_mirror.runCount(), _registry.runCount(), "run count");
        for (uint256 runId = 1; runId <= _registry.runCount(); ++runId) {
            bytes32 told = keccak256(abi.encode(_mirror.getRun(runId)));
            assertEq(told, keccak256(abi.encode(_registry.getRun(runId))), "run");
            for (uint256 i = 0; i < _handler.nodeCount(); ++i) {
                _compareWithMirror(runId, _handler.nodes(i));
            }
        }
    }

    /// @dev I5. Master terms cover the run's life from its creation to its close, without a gap or an overlap.
    function _masterTermsHaveNoGap() private view {
        for (uint256 runId = 1; runId <= _registry.runCount(); ++runId) {
            RegistryModel.RunFacts memory facts = _model.runFacts(runId);
            Run memory run = _registry.getRun(runId);
            assertEq(run.masterEpoch, facts.masters.length, "epoch counts terms");
            uint256 previousUntil = run.createdAt;
            for (uint32 epoch = 1; epoch <= run.masterEpoch; ++epoch) {
                (address master, uint40 since, uint40 until) = _registry.masterTerm(runId, epoch);
                assertEq(master, facts.masters[epoch - 1], "master of the term");
                assertEq(since, facts.mastersSince[epoch - 1], "since");
                assertEq(since, previousUntil, "terms follow one another");
                previousUntil = until;
            }
            assertEq(previousUntil, run.closedAt, "the last term ends with the run");
        }
    }

    function _compareWithModel(uint256 runId, address node) private view {
        (RegistryModel.Derived memory expected, uint256 past) = _model.deriveWithPast(runId, node);
        Registration memory actual = _registry.getRegistration(runId, node);
        assertEq(uint256(_registry.standingOf(runId, node)), uint256(expected.standing), "standing");
        assertEq(uint256(actual.standing), uint256(expected.standing), "standing of the registration");
        assertEq(actual.seq, expected.seq, "seq");
        assertEq(actual.round, expected.round, "round");
        assertEq(actual.approvals, expected.approvals, "approvals");
        assertEq(actual.rejections, expected.rejections, "rejections");
        assertEq(actual.roundOpenedAt, expected.roundOpenedAt, "round opened at");
        assertEq(actual.approvedAt, expected.approvedAt, "approved at");
        assertEq(actual.endedAt, expected.endedAt, "ended at");
        assertTrue(actual.banned == _model.banned(runId, node), "banned");
        uint256 total = past + expected.approvedSeconds;
        assertEq(_registry.approvedSeconds(runId, node), total, "approved seconds");
        assertEq(actual.pastSeconds, actual.standing == Standing.Approved ? past : total, "past seconds");
        (uint256 round, uint256 opensAt) = _model.nextRoundOf(runId, expected);
        (uint32 actualRound, uint40 actualOpensAt) = _registry.nextRound(runId, node);
        assertEq(actualRound, round, "next round");
        assertEq(actualOpensAt, opensAt, "opens at");
    }

    /// @dev Lapsed and Closed come without an event; all else must be the same to the bit.
    function _compareWithMirror(uint256 runId, address node) private view {
        Registration memory told = _mirror.getRegistration(runId, node);
        Registration memory actual = _registry.getRegistration(runId, node);
        if (actual.standing == Standing.Lapsed || actual.standing == Standing.Closed) {
            bool toldLive = told.standing == Standing.Pending || told.standing == Standing.Approved;
            assertTrue(toldLive, "only the live lapse or are closed");
            (actual.standing, actual.endedAt, actual.pastSeconds) = (told.standing, 0, told.pastSeconds);
        }
        assertEq(keccak256(abi.encode(told)), keccak256(abi.encode(actual)), "registration");
    }
}
