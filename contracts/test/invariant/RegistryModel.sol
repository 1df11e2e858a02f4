// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Standing} from "../../src/interfaces/IComputeRegistry.sol";

/// @notice The registry's rules a second time, told as plainly as possible: it keeps only what happened (who
/// registered, who voted what, who ended what, and when) and works everything else out by replaying it in loops.
contract RegistryModel {
    uint256 internal constant PENDING_TIMEOUT = 3 days;
    uint256 internal constant ROUND_TIMEOUT = 6 hours;
    uint256 internal constant REVALIDATION_INTERVAL = 1 days;
    uint256 internal constant COOLDOWN = 1 hours;

    struct RunFacts {
        address owner;
        address pendingOwner;
        uint256 quorum;
        uint256 closedAt;
        bool gated;
        address[] masters;
        uint256[] mastersSince;
    }

    struct VoteFact {
        address validator;
        uint256 round;
        bool approve;
        uint256 votedAt;
    }

    struct Incarnation {
        uint256 registeredAt;
        uint256 exitedAt; // left or ejected
        Standing exitedAs;
        VoteFact[] votes;
    }

    struct Derived {
        Standing standing;
        uint256 seq;
        uint256 round;
        uint256 approvals;
        uint256 rejections;
        uint256 roundOpenedAt;
        uint256 approvedAt;
        uint256 endedAt;
        uint256 approvedSeconds; // of this incarnation
    }

    RunFacts[] private _runs; // run id - 1
    address[] private _nodes;
    mapping(uint256 runId => mapping(address node => Incarnation[])) private _incarnations;
    mapping(uint256 runId => mapping(address node => bool)) public banned;
    mapping(address node => address) public providerOf;

    // ── What happened ────────────────────────────────────────────────────────────────────────────

    function created(address owner, address master, uint256 quorum) external {
        RunFacts storage run = _runs.push();
        (run.owner, run.quorum) = (owner, quorum);
        run.masters.push(master);
        run.mastersSince.push(block.timestamp);
    }

    function offered(uint256 runId, address to) external {
        _runs[runId - 1].pendingOwner = to;
    }

    function accepted(uint256 runId, address by) external {
        (_runs[runId - 1].owner, _runs[runId - 1].pendingOwner) = (by, address(0));
    }

    function masterSet(uint256 runId, address master) external {
        _runs[runId - 1].masters.push(master);
        _runs[runId - 1].mastersSince.push(block.timestamp);
    }

    function gateSet(uint256 runId, bool gated) external {
        _runs[runId - 1].gated = gated;
    }

    function closed(uint256 runId) external {
        _runs[runId - 1].closedAt = block.timestamp;
    }

    function registered(uint256 runId, address node, address provider) external {
        if (providerOf[node] == address(0)) {
            providerOf[node] = provider;
            _nodes.push(node);
        }
        _incarnations[runId][node].push().registeredAt = block.timestamp;
    }

    function voted(uint256 runId, address node, address validator, uint256 round, bool approve) external {
        _newest(runId, node).votes.push(VoteFact(validator, round, approve, block.timestamp));
    }

    function exited(uint256 runId, address node, Standing how, bool ban) external {
        Incarnation storage newest = _newest(runId, node);
        (newest.exitedAt, newest.exitedAs) = (block.timestamp, how);
        banned[runId][node] = ban;
    }

    function unbanned(uint256 runId, address node) external {
        banned[runId][node] = false;
    }

    // ── What follows ─────────────────────────────────────────────────────────────────────────────

    function runCount() external view returns (uint256) {
        return _runs.length;
    }

    function runFacts(uint256 runId) external view returns (RunFacts memory) {
        return _runs[runId - 1];
    }

    function isOpen(uint256 runId) public view returns (bool) {
        return _runs[runId - 1].closedAt == 0;
    }

    function masterOf(uint256 runId) public view returns (address) {
        RunFacts storage run = _runs[runId - 1];
        return run.masters[run.masters.length - 1];
    }

    function seqOf(uint256 runId, address node) public view returns (uint256) {
        return _incarnations[runId][node].length;
    }

    function isLive(uint256 runId, address node) public view returns (bool) {
        Standing standing = derive(runId, node).standing;
        return standing == Standing.Pending || standing == Standing.Approved;
    }

    /// @notice The run in which the node is live, or zero; `count` says in how many it is.
    function liveRunOf(address node) public view returns (uint256 runId, uint256 count) {
        for (uint256 id = 1; id <= _runs.length; ++id) {
            if (isLive(id, node)) (runId, count) = (id, count + 1);
        }
    }

    function derive(uint256 runId, address node) public view returns (Derived memory) {
        uint256 seq = seqOf(runId, node);
        if (seq == 0) {
            Derived memory none;
            return none;
        }
        return _derive(runId, node, seq);
    }

    /// @notice The newest incarnation, and the seconds approved in the ones before it.
    function deriveWithPast(uint256 runId, address node)
        external
        view
        returns (Derived memory newest, uint256 pastSeconds)
    {
        uint256 seq = seqOf(runId, node);
        if (seq != 0) newest = _derive(runId, node, seq);
        for (uint256 past = 1; past < seq; ++past) {
            pastSeconds += _derive(runId, node, past).approvedSeconds;
        }
    }

    /// @notice The round that takes verdicts and from when; zero when the node is not live.
    function nextRound(uint256 runId, address node) external view returns (uint256 round, uint256 opensAt) {
        return nextRoundOf(runId, derive(runId, node));
    }

    function nextRoundOf(uint256 runId, Derived memory now_) public view returns (uint256 round, uint256 opensAt) {
        bool approved = now_.standing == Standing.Approved;
        if (now_.standing != Standing.Pending && !approved) return (0, 0);
        bool settled = now_.approvals >= _runs[runId - 1].quorum;
        bool expired = block.timestamp >= now_.roundOpenedAt + ROUND_TIMEOUT;
        if (!settled && !expired) return (now_.round, now_.roundOpenedAt);
        return (now_.round + 1, now_.roundOpenedAt + (approved ? REVALIDATION_INTERVAL : ROUND_TIMEOUT));
    }

    function hasVoted(uint256 runId, address node, address validator, uint256 round) public view returns (bool) {
        Incarnation storage newest = _newest(runId, node);
        for (uint256 i = 0; i < newest.votes.length; ++i) {
            if (newest.votes[i].validator == validator && newest.votes[i].round == round) return true;
        }
        return false;
    }

    // ── What may happen ──────────────────────────────────────────────────────────────────────────

    function isOwner(uint256 runId, address who) public view returns (bool) {
        return _runs[runId - 1].owner == who;
    }

    function mayRegister(uint256 runId, address node, address provider) external view returns (bool) {
        if (!isOpen(runId) || _runs[runId - 1].gated || banned[runId][node]) return false;
        if (providerOf[node] != address(0) && providerOf[node] != provider) return false;
        (, uint256 liveIn) = liveRunOf(node);
        if (liveIn != 0) return false;
        Derived memory last = derive(runId, node);
        if (last.standing == Standing.None) return true;
        return last.standing != Standing.Invalidated && block.timestamp >= last.endedAt + COOLDOWN;
    }

    function mayVote(uint256 runId, address node, address validator, uint256 seq, uint256 round)
        external
        view
        returns (bool)
    {
        if (!isLive(runId, node) || seq != seqOf(runId, node)) return false;
        (uint256 due, uint256 opensAt) = nextRoundOf(runId, derive(runId, node));
        return round == due && block.timestamp >= opensAt && !hasVoted(runId, node, validator, round);
    }

    function mayLeave(uint256 runId, address node, address actor) external view returns (bool) {
        return isLive(runId, node) && (actor == node || actor == providerOf[node]);
    }

    function mayEject(uint256 runId, address node, address actor, uint256 seq, bool ban) external view returns (bool) {
        bool entitled = isOwner(runId, actor) || (actor == masterOf(runId) && !ban);
        return entitled && isLive(runId, node) && seq == seqOf(runId, node);
    }

    // ── The replay ───────────────────────────────────────────────────────────────────────────────

    function _newest(uint256 runId, address node) private view returns (Incarnation storage) {
        return _incarnations[runId][node][seqOf(runId, node) - 1];
    }

    function _derive(uint256 runId, address node, uint256 seq) private view returns (Derived memory result) {
        Incarnation storage life = _incarnations[runId][node][seq - 1];
        result.seq = seq;
        result.standing = Standing.Pending;
        result.round = 1;
        result.roundOpenedAt = life.registeredAt;
        for (uint256 i = 0; i < life.votes.length; ++i) {
            _replay(result, life.votes[i], _runs[runId - 1].quorum);
        }
        if (result.endedAt == 0) _applyExit(result, life);
        if (result.endedAt == 0) _applyTime(result, life, _runs[runId - 1].closedAt);
        if (result.approvedAt != 0) {
            uint256 until = result.endedAt == 0 ? block.timestamp : result.endedAt;
            result.approvedSeconds = until - result.approvedAt;
        }
    }

    function _replay(Derived memory result, VoteFact storage vote, uint256 quorum) private view {
        if (vote.round != result.round) {
            (result.round, result.roundOpenedAt) = (vote.round, vote.votedAt);
            (result.approvals, result.rejections) = (0, 0);
        }
        if (vote.approve) ++result.approvals;
        else ++result.rejections;
        if (result.approvals == quorum && result.standing == Standing.Pending) {
            (result.standing, result.approvedAt) = (Standing.Approved, vote.votedAt);
        }
        if (result.rejections == quorum) {
            result.endedAt = vote.votedAt;
            result.standing = result.approvedAt == 0 ? Standing.Rejected : Standing.Invalidated;
        }
    }

    function _applyExit(Derived memory result, Incarnation storage life) private view {
        if (life.exitedAt != 0) (result.standing, result.endedAt) = (life.exitedAs, life.exitedAt);
    }

    function _applyTime(Derived memory result, Incarnation storage life, uint256 closedAt) private view {
        uint256 lapsesAt = life.registeredAt + PENDING_TIMEOUT;
        bool pending = result.standing == Standing.Pending;
        bool lapsedFirst = closedAt == 0 || lapsesAt <= closedAt;
        if (pending && lapsedFirst && block.timestamp >= lapsesAt) {
            (result.standing, result.endedAt) = (Standing.Lapsed, lapsesAt);
        } else if (closedAt != 0) {
            (result.standing, result.endedAt) = (Standing.Closed, closedAt);
        }
    }
}
