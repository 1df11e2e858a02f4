// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {ValidatorSet} from "../../src/ValidatorSet.sol";
import {Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {ListGate} from "../helpers/Plugins.sol";
import {RunHandler} from "./RunHandler.sol";
import {World} from "./World.sol";

/// @notice Acts at random in everybody's name. Before each call the model says whether it must succeed, and afterwards
/// the handler compares: a call that should have failed and did not (or the other way round) fails the campaign, and
/// so does a standing that changed although it was not the call's to change.
contract RegistryHandler is RunHandler {
    constructor(ComputeRegistry registry_, ValidatorSet validators_, ListGate closedGate_)
        World(registry_, validators_, closedGate_)
    {}

    // ── Registrations ────────────────────────────────────────────────────────────────────────────

    function register(uint256 runSeed, uint256 nodeSeed, uint256 providerSeed, uint256 flawSeed)
        external
        act(Act.Register)
    {
        (uint256 runId, uint256 index) = (_run(runSeed), _nodeToRegister(nodeSeed));
        if (runId == 0) return;
        _concerns(runId, nodes[index]);
        address provider = model.providerOf(nodes[index]);
        if (provider == address(0) || providerSeed % 8 == 0) provider = _pick(providers, providerSeed >> 8);
        _register(runId, index, provider, _flaw(flawSeed));
    }

    function leaveRun(uint256 runSeed, uint256 nodeSeed, uint256 actorSeed) external act(Act.Leave) {
        (uint256 runId, address node) = _nodeToEnd(runSeed, nodeSeed);
        if (runId == 0) return;
        _concerns(runId, node);
        address actor = _anyone(actorSeed);
        if (actorSeed % 8 == 0) actor = node;
        else if (actorSeed % 8 == 1 && model.providerOf(node) != address(0)) actor = model.providerOf(node);
        _leave(runId, node, actor);
    }

    function eject(uint256 runSeed, uint256 nodeSeed, uint256 actorSeed, bool ban, bool stale) external act(Act.Eject) {
        (uint256 runId, address node) = _nodeToEnd(runSeed, nodeSeed);
        if (runId == 0) return;
        _concerns(runId, node);
        address actor = _anyone(actorSeed);
        if (actorSeed % 8 == 0) actor = model.masterOf(runId);
        else if (actorSeed % 8 == 1) actor = model.runFacts(runId).owner;
        uint256 seq = model.seqOf(runId, node);
        if (stale && seq > 0) --seq;
        _eject(runId, node, actor, seq, ban);
    }

    // ── Verdicts ─────────────────────────────────────────────────────────────────────────────────

    /// @dev Any verdict by anybody: a wrong seq, a wrong round, no validator, a node that is not live.
    function submitAnyVerdict(uint256 runSeed, uint256 nodeSeed, uint256 who, uint256 offsets, bool approve)
        external
        act(Act.Vote)
    {
        (uint256 runId, address node) = _nodeToEnd(runSeed, nodeSeed);
        if (runId == 0) return;
        _concerns(runId, node);
        (uint256 due,) = model.nextRound(runId, node);
        uint256 round = _around(due, offsets >> 8);
        _submit(runId, node, _anyone(who), _around(model.seqOf(runId, node), offsets), round, approve);
    }

    /// @dev A verdict of one of the validators on a live node in the round that is due.
    function submitDueVerdict(uint256 nodeSeed, uint256 who, bool approve) external act(Act.Vote) {
        (uint256 runId, address node) = _liveNode(nodeSeed);
        if (runId == 0) return;
        _concerns(runId, node);
        (uint256 round,) = model.nextRound(runId, node);
        _submit(runId, node, _pick(validatorKeys, who), model.seqOf(runId, node), round, approve);
    }

    /// @dev All validators say the same on one node, for as long as it is live; three times in four they approve.
    function settleRound(uint256 nodeSeed, uint256 rejectSeed) external act(Act.Vote) {
        (uint256 runId, address node) = _liveNode(nodeSeed);
        if (runId == 0) return;
        _concerns(runId, node);
        for (uint256 i = 0; i < validatorKeys.length; ++i) {
            (uint256 round,) = model.nextRound(runId, node);
            if (round == 0) return;
            uint256 seq = model.seqOf(runId, node);
            _submit(runId, node, validatorKeys[i], seq, round, rejectSeed % 4 != 0);
        }
    }

    // ── Time ─────────────────────────────────────────────────────────────────────────────────────

    function wait(uint256 duration) external act(Act.Wait) {
        clock += bound(duration, 1, 4 hours);
        vm.warp(clock);
    }

    /// @dev To the second at which something about a node changes, or the one before.
    function waitForEdge(uint256 runSeed, uint256 nodeSeed, uint256 which, bool justBefore) external act(Act.Wait) {
        (uint256 runId, address node) = _nodeToEnd(runSeed, nodeSeed);
        if (runId == 0) return;
        uint256 edge = _edge(runId, node, which);
        if (justBefore && edge > 0) --edge;
        if (edge > clock) clock = edge;
        vm.warp(clock);
    }

    // ── The calls ────────────────────────────────────────────────────────────────────────────────

    function _register(uint256 runId, uint256 index, address provider, Flaw flaw) private {
        address node = nodes[index];
        bool may = model.mayRegister(runId, node, provider) && flaw == Flaw.None;
        uint256 deadline = flaw == Flaw.Expired ? block.timestamp - 1 : block.timestamp;
        bytes memory consent = _consent(runId, index, provider, deadline, flaw);
        vm.prank(provider);
        try registry.register(runId, node, CAPABILITIES, deadline, consent) returns (uint32 seq) {
            _expect(may, "a registration that the rules forbid");
            model.registered(runId, node, provider);
            _expect(seq == model.seqOf(runId, node), "seq counts registrations");
        } catch {
            _expect(!may, "a registration that the rules allow");
        }
    }

    function _leave(uint256 runId, address node, address actor) private {
        bool may = model.mayLeave(runId, node, actor);
        vm.prank(actor);
        try registry.leaveRun(runId, node) {
            _expect(may, "an exit that the rules forbid");
            model.exited(runId, node, Standing.Left, false);
        } catch {
            _expect(!may, "an exit that the rules allow");
        }
    }

    function _eject(uint256 runId, address node, address actor, uint256 seq, bool ban) private {
        bool may = model.mayEject(runId, node, actor, seq, ban);
        vm.prank(actor);
        try registry.eject(runId, node, uint32(seq), ban, "reason") {
            _expect(may, "an ejection that the rules forbid");
            model.exited(runId, node, Standing.Ejected, ban);
        } catch {
            _expect(!may, "an ejection that the rules allow");
        }
    }

    function _submit(uint256 runId, address node, address who, uint256 seq, uint256 round, bool approve) private {
        bool may = model.mayVote(runId, node, who, seq, round) && validators.isValidator(runId, who);
        vm.prank(who);
        try registry.submitVerdict(runId, node, uint32(seq), uint32(round), approve, EVIDENCE) {
            _expect(may, "a verdict that the rules forbid");
            model.voted(runId, node, who, round, approve);
        } catch {
            _expect(!may, "a verdict that the rules allow");
        }
    }

    /// @dev One less, the same, or one more.
    function _around(uint256 value, uint256 seed) private pure returns (uint256) {
        uint256 shifted = value + seed % 3;
        return shifted == 0 ? 0 : shifted - 1;
    }
}
