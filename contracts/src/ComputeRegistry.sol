// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IComputeRegistry, Registration, Run, RunSpec, Standing} from "./interfaces/IComputeRegistry.sol";
import {IGate} from "./interfaces/IGate.sol";
import {IValidatorSet} from "./interfaces/IValidatorSet.sol";

/// @title ComputeRegistry
/// @notice Training runs, the nodes registered for them, and the verdicts of validators on those nodes.
/// @dev Holds no money, has no administrator, cannot be upgraded. No function loops. The two plug-ins of a run are
/// called by STATICCALL and before any state changes; whatever ends something (leave, eject, close) calls nobody.
/// Times come from `block.timestamp`: on Arbitrum `block.number` is the L1 block's.
contract ComputeRegistry is IComputeRegistry, EIP712 {
    /// @inheritdoc IComputeRegistry
    uint40 public constant PENDING_TIMEOUT = 3 days;
    /// @inheritdoc IComputeRegistry
    uint40 public constant ROUND_TIMEOUT = 6 hours;
    /// @inheritdoc IComputeRegistry
    uint40 public constant REVALIDATION_INTERVAL = 1 days;
    /// @inheritdoc IComputeRegistry
    uint40 public constant COOLDOWN = 1 hours;
    /// @inheritdoc IComputeRegistry
    uint256 public constant MAX_URI_LENGTH = 256;
    /// @inheritdoc IComputeRegistry
    uint256 public constant MAX_REQUIREMENTS_LENGTH = 1024;
    /// @inheritdoc IComputeRegistry
    uint256 public constant MAX_REASON_LENGTH = 256;

    bytes32 private constant NODE_CONSENT_TYPEHASH = keccak256(
        "NodeConsent(uint256 runId,address provider,address node,bytes32 capabilitiesHash,uint32 seq,uint256 deadline)"
    );

    /// @dev A master's term that is over; the present one is in the run.
    struct Term {
        address master;
        uint40 since;
        uint40 until;
    }

    /// @dev The run of the newest registration, which may have ended since. Runs are counted one by one: an id fits.
    struct Node {
        address provider;
        uint96 newestRunId;
    }

    /// @dev A validator's one slot per node of a run: where it voted last. Seq and round only rise.
    struct Vote {
        uint32 seq;
        uint32 round;
    }

    /// @inheritdoc IComputeRegistry
    uint256 public runCount;

    mapping(uint256 runId => Run) private _runs;
    mapping(uint256 runId => mapping(uint32 masterEpoch => Term)) private _pastTerms;
    mapping(uint256 runId => mapping(address node => Registration)) private _registrations;
    mapping(uint256 runId => mapping(address node => mapping(address validator => Vote))) private _votes;
    mapping(address node => Node) private _nodes;

    constructor() EIP712("Muster", "1") {}

    // ── The run's owner ──────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IComputeRegistry
    function createRun(RunSpec calldata spec) external returns (uint256 runId) {
        require(spec.master != address(0), ZeroMaster());
        require(spec.quorum != 0, ZeroQuorum());
        _requireContract(spec.validators);
        if (spec.gate != address(0)) _requireContract(spec.gate);
        _requireLength(spec.discoveryUri, MAX_URI_LENGTH);
        _requireLength(spec.requirements, MAX_REQUIREMENTS_LENGTH);

        runId = ++runCount;
        Run storage run = _runs[runId];
        run.owner = msg.sender;
        run.createdAt = _now();
        run.master = spec.master;
        run.masterEpoch = 1;
        run.masterSince = _now();
        run.validators = spec.validators;
        run.quorum = spec.quorum;
        run.gate = spec.gate;
        run.termsHash = spec.termsHash;
        run.discoveryUri = spec.discoveryUri;
        run.requirements = spec.requirements;
        emit RunCreated(runId, msg.sender, spec);
    }

    /// @inheritdoc IComputeRegistry
    function offerRun(uint256 runId, address to) external {
        Run storage run = _ownedRun(runId);
        run.pendingOwner = to;
        emit RunOwnershipOffered(runId, msg.sender, to);
    }

    /// @inheritdoc IComputeRegistry
    function acceptRun(uint256 runId) external {
        Run storage run = _existingRun(runId);
        require(msg.sender == run.pendingOwner, NotPendingOwner(runId, msg.sender));
        address previousOwner = run.owner;
        run.owner = msg.sender;
        run.pendingOwner = address(0);
        emit RunOwnerChanged(runId, previousOwner, msg.sender);
    }

    /// @inheritdoc IComputeRegistry
    function setMaster(uint256 runId, address master) external {
        Run storage run = _ownedOpenRun(runId);
        require(master != address(0), ZeroMaster());
        uint32 endedEpoch = run.masterEpoch;
        _pastTerms[runId][endedEpoch] = Term({master: run.master, since: run.masterSince, until: _now()});
        run.master = master;
        run.masterEpoch = endedEpoch + 1;
        run.masterSince = _now();
        emit MasterChanged(runId, master, endedEpoch + 1);
    }

    /// @inheritdoc IComputeRegistry
    function setDiscoveryUri(uint256 runId, string calldata discoveryUri) external {
        Run storage run = _ownedOpenRun(runId);
        _requireLength(discoveryUri, MAX_URI_LENGTH);
        run.discoveryUri = discoveryUri;
        emit DiscoveryUriChanged(runId, discoveryUri);
    }

    /// @inheritdoc IComputeRegistry
    function setGate(uint256 runId, address gate) external {
        Run storage run = _ownedOpenRun(runId);
        if (gate != address(0)) _requireContract(gate);
        run.gate = gate;
        emit GateChanged(runId, gate);
    }

    /// @inheritdoc IComputeRegistry
    function closeRun(uint256 runId) external {
        _ownedOpenRun(runId).closedAt = _now();
        emit RunClosed(runId, msg.sender);
    }

    // ── Providers and nodes ──────────────────────────────────────────────────────────────────────

    /// @inheritdoc IComputeRegistry
    function register(uint256 runId, address node, bytes32 capabilitiesHash, uint256 deadline, bytes calldata consent)
        external
        returns (uint32 seq)
    {
        Run storage run = _openRun(runId);
        require(block.timestamp <= deadline, ConsentExpired(deadline));
        _requireFree(node, msg.sender);
        Registration storage registration = _registrations[runId][node];
        _requireRegistrable(runId, node, run, registration);

        // Consent names the provider and the seq: nobody else can use it, and nobody twice.
        seq = registration.seq + 1;
        bytes32 digest = consentDigest(runId, msg.sender, node, capabilitiesHash, seq, deadline);
        address recovered = ECDSA.recoverCalldata(digest, consent);
        require(recovered == node, ConsentMismatch(node, recovered));

        if (run.gate != address(0)) {
            bool admitted = IGate(run.gate).admits(runId, msg.sender, node, capabilitiesHash);
            require(admitted, NotAdmitted(runId, node));
        }

        _nodes[node] = Node({provider: msg.sender, newestRunId: uint96(runId)});
        _registrations[runId][node] = Registration({
            provider: msg.sender,
            seq: seq,
            round: 1,
            approvals: 0,
            rejections: 0,
            standing: Standing.Pending,
            banned: false,
            registeredAt: _now(),
            roundOpenedAt: _now(),
            approvedAt: 0,
            endedAt: 0,
            pastSeconds: registration.pastSeconds,
            capabilitiesHash: capabilitiesHash
        });
        emit Registered(runId, node, msg.sender, seq, 1, capabilitiesHash);
    }

    /// @inheritdoc IComputeRegistry
    function leaveRun(uint256 runId, address node) external {
        Registration storage registration = _liveRegistration(runId, node);
        bool entitled = msg.sender == registration.provider || msg.sender == node;
        require(entitled, NotProviderOrNode(runId, node, msg.sender));
        _end(registration, Standing.Left);
        emit Ended(runId, node, msg.sender, registration.seq, Standing.Left, false, "");
    }

    // ── Validators ───────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IComputeRegistry
    function submitVerdict(uint256 runId, address node, uint32 seq, uint32 round, bool approve, bytes32 evidenceHash)
        external
    {
        Registration storage registration = _liveRegistration(runId, node);
        Run storage run = _runs[runId];
        require(seq == registration.seq, SeqMismatch(seq, registration.seq));
        (uint32 takes, uint40 opensAt) = _nextRound(registration, run.quorum);
        require(round == takes && block.timestamp >= opensAt, RoundNotOpen(round, takes, opensAt));
        Vote storage vote = _votes[runId][node][msg.sender];
        require(vote.seq != seq || vote.round != round, AlreadyVoted(runId, node, msg.sender, round));
        bool entitled = IValidatorSet(run.validators).isValidator(runId, msg.sender);
        require(entitled, NotValidator(runId, msg.sender));

        if (round != registration.round) {
            registration.round = round;
            registration.roundOpenedAt = _now();
            registration.approvals = 0;
            registration.rejections = 0;
        }
        vote.seq = seq;
        vote.round = round;
        if (approve) ++registration.approvals;
        else ++registration.rejections;
        emit VerdictSubmitted(
            runId, node, msg.sender, seq, round, approve, evidenceHash, registration.approvals, registration.rejections
        );

        if (registration.approvals == run.quorum) {
            if (registration.standing == Standing.Pending) {
                registration.standing = Standing.Approved;
                registration.approvedAt = _now();
            }
            emit RoundSettled(runId, node, seq, round, Standing.Approved);
        } else if (registration.rejections == run.quorum) {
            bool wasApproved = registration.standing == Standing.Approved;
            Standing outcome = wasApproved ? Standing.Invalidated : Standing.Rejected;
            _end(registration, outcome);
            emit RoundSettled(runId, node, seq, round, outcome);
        }
    }

    // ── The run's master and owner ───────────────────────────────────────────────────────────────

    /// @inheritdoc IComputeRegistry
    function eject(uint256 runId, address node, uint32 seq, bool ban, string calldata reason) external {
        Registration storage registration = _liveRegistration(runId, node);
        Run storage run = _runs[runId];
        bool isOwner = msg.sender == run.owner;
        require(isOwner || msg.sender == run.master, NotMasterOrOwner(runId, msg.sender));
        require(isOwner || !ban, NotRunOwner(runId, msg.sender));
        require(seq == registration.seq, SeqMismatch(seq, registration.seq));
        _requireLength(reason, MAX_REASON_LENGTH);
        registration.banned = ban;
        _end(registration, Standing.Ejected);
        emit Ended(runId, node, msg.sender, seq, Standing.Ejected, ban, reason);
    }

    /// @inheritdoc IComputeRegistry
    function unban(uint256 runId, address node) external {
        _ownedRun(runId);
        Registration storage registration = _registrations[runId][node];
        require(registration.banned, NodeIsNotBanned(runId, node));
        registration.banned = false;
        emit Unbanned(runId, node);
    }

    // ── Views ────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IComputeRegistry
    function getRun(uint256 runId) external view returns (Run memory) {
        return _existingRun(runId);
    }

    /// @inheritdoc IComputeRegistry
    function getRegistration(uint256 runId, address node) external view returns (Registration memory registration) {
        Run storage run = _existingRun(runId);
        Registration storage stored = _registrations[runId][node];
        registration = stored;
        (registration.standing, registration.endedAt) = _standing(run, stored);
        if (registration.standing != Standing.Approved) registration.pastSeconds = _approvedSeconds(run, stored);
    }

    /// @inheritdoc IComputeRegistry
    function standingOf(uint256 runId, address node) external view returns (Standing standing) {
        (standing,) = _standing(_existingRun(runId), _registrations[runId][node]);
    }

    /// @inheritdoc IComputeRegistry
    function nextRound(uint256 runId, address node) external view returns (uint32 round, uint40 opensAt) {
        Run storage run = _existingRun(runId);
        Registration storage registration = _registrations[runId][node];
        (Standing standing,) = _standing(run, registration);
        if (_isLive(standing)) (round, opensAt) = _nextRound(registration, run.quorum);
    }

    /// @inheritdoc IComputeRegistry
    function lastVote(uint256 runId, address node, address validator) external view returns (uint32 seq, uint32 round) {
        Vote storage vote = _votes[runId][node][validator];
        return (vote.seq, vote.round);
    }

    /// @inheritdoc IComputeRegistry
    function nodeInfo(address node) public view returns (address provider, uint256 activeRunId) {
        provider = _nodes[node].provider;
        uint256 newestRunId = _nodes[node].newestRunId;
        (Standing standing,) = _standing(_runs[newestRunId], _registrations[newestRunId][node]);
        if (_isLive(standing)) activeRunId = newestRunId;
    }

    /// @inheritdoc IComputeRegistry
    function approvedSeconds(uint256 runId, address node) external view returns (uint256) {
        return _approvedSeconds(_existingRun(runId), _registrations[runId][node]);
    }

    /// @inheritdoc IComputeRegistry
    function masterTerm(uint256 runId, uint32 masterEpoch)
        external
        view
        returns (address master, uint40 since, uint40 until)
    {
        Run storage run = _existingRun(runId);
        if (masterEpoch == run.masterEpoch) return (run.master, run.masterSince, run.closedAt);
        Term storage term = _pastTerms[runId][masterEpoch];
        require(term.master != address(0), MasterTermNotFound(runId, masterEpoch));
        return (term.master, term.since, term.until);
    }

    /// @inheritdoc IComputeRegistry
    function consentDigest(
        uint256 runId,
        address provider,
        address node,
        bytes32 capabilitiesHash,
        uint32 seq,
        uint256 deadline
    ) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(NODE_CONSENT_TYPEHASH, runId, provider, node, capabilitiesHash, seq, deadline))
        );
    }

    // ── Rules ────────────────────────────────────────────────────────────────────────────────────

    /// @dev The standing now, and when it ended (zero while it is live). A pending registration that reached its
    /// time-out before the run closed has lapsed; so an end, once come, never changes.
    function _standing(Run storage run, Registration storage registration)
        private
        view
        returns (Standing, uint40 endedAt)
    {
        Standing stored = registration.standing;
        if (!_isLive(stored)) return (stored, registration.endedAt);
        uint40 closedAt = run.closedAt;
        if (stored == Standing.Pending) {
            uint40 lapsesAt = registration.registeredAt + PENDING_TIMEOUT;
            uint40 until = closedAt == 0 ? _now() : closedAt;
            if (until >= lapsesAt) return (Standing.Lapsed, lapsesAt);
        }
        if (closedAt != 0) return (Standing.Closed, closedAt);
        return (stored, 0);
    }

    /// @dev The round that takes verdicts, and from when. An open round takes them until its quorum or its time-out.
    /// Then a pending node's next round may open at once, an approved node's only after the re-validation interval.
    function _nextRound(Registration storage registration, uint8 quorum)
        private
        view
        returns (uint32 round, uint40 opensAt)
    {
        uint40 openedAt = registration.roundOpenedAt;
        uint40 expiresAt = openedAt + ROUND_TIMEOUT;
        // A quorum of rejections ends the registration, so only approvals can have settled a live one's round.
        bool settled = registration.approvals == quorum;
        if (!settled && block.timestamp < expiresAt) return (registration.round, openedAt);
        bool approved = registration.standing == Standing.Approved;
        return (registration.round + 1, approved ? openedAt + REVALIDATION_INTERVAL : expiresAt);
    }

    /// @dev `pastSeconds` grows when an approval ends; the rest is the approval that has not been written off yet.
    function _approvedSeconds(Run storage run, Registration storage registration) private view returns (uint40 total) {
        total = registration.pastSeconds;
        if (registration.standing == Standing.Approved) {
            uint40 until = run.closedAt == 0 ? _now() : run.closedAt;
            total += until - registration.approvedAt;
        }
    }

    /// @dev Every stored end of a registration passes here.
    function _end(Registration storage registration, Standing standing) private {
        if (registration.standing == Standing.Approved) {
            registration.pastSeconds += _now() - registration.approvedAt;
        }
        registration.standing = standing;
        registration.endedAt = _now();
    }

    /// @dev A node key stays with its first provider, and is live in one run at a time.
    function _requireFree(address node, address caller) private view {
        (address provider, uint256 activeRunId) = nodeInfo(node);
        require(provider == address(0) || provider == caller, NodeOfAnotherProvider(node, provider));
        require(activeRunId == 0, NodeIsLive(node, activeRunId));
    }

    /// @dev Whoever was rejected, left, was ejected or lapsed may come back after a cooldown, unless banned.
    function _requireRegistrable(uint256 runId, address node, Run storage run, Registration storage registration)
        private
        view
    {
        (Standing standing, uint40 endedAt) = _standing(run, registration);
        if (standing == Standing.None) return;
        require(standing != Standing.Invalidated, NodeIsInvalidated(runId, node));
        require(!registration.banned, NodeIsBanned(runId, node));
        uint40 until = endedAt + COOLDOWN;
        require(block.timestamp >= until, CooldownNotOver(runId, node, until));
    }

    function _liveRegistration(uint256 runId, address node) private view returns (Registration storage registration) {
        Run storage run = _openRun(runId);
        registration = _registrations[runId][node];
        (Standing standing,) = _standing(run, registration);
        require(_isLive(standing), NotLive(runId, node, standing));
    }

    /// @dev Every run has a quorum, and most callers read its slot next.
    function _existingRun(uint256 runId) private view returns (Run storage run) {
        run = _runs[runId];
        require(run.quorum != 0, RunNotFound(runId));
    }

    function _openRun(uint256 runId) private view returns (Run storage run) {
        run = _existingRun(runId);
        require(run.closedAt == 0, RunIsClosed(runId));
    }

    function _ownedRun(uint256 runId) private view returns (Run storage run) {
        run = _existingRun(runId);
        require(msg.sender == run.owner, NotRunOwner(runId, msg.sender));
    }

    function _ownedOpenRun(uint256 runId) private view returns (Run storage run) {
        run = _ownedRun(runId);
        require(run.closedAt == 0, RunIsClosed(runId));
    }

    function _requireContract(address plugin) private view {
        require(plugin.code.length != 0, NotAContract(plugin));
    }

    function _requireLength(string calldata text, uint256 maxLength) private pure {
        require(bytes(text).length <= maxLength, StringTooLong(bytes(text).length, maxLength));
    }

    function _isLive(Standing standing) private pure returns (bool) {
        return standing == Standing.Pending || standing == Standing.Approved;
    }

    /// @dev 40 bits of seconds last for 34,000 years.
    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }
}
