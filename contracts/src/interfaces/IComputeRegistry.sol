// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice Where a node stands in a run. `Lapsed` and `Closed` are never stored: they follow from the clock and the run.
enum Standing {
    None, // never registered
    Pending, // waits for a quorum of verdicts
    Approved, // a quorum approved it
    Rejected, // a quorum rejected it while it was pending
    Left, // its provider or its own key took it out
    Ejected, // the run's master or owner put it out
    Invalidated, // a quorum rejected it after it had been approved; final for this node in this run
    Lapsed, // stayed pending for PENDING_TIMEOUT
    Closed // was pending or approved when its run closed
}

/// @notice What a buyer publishes. Validators, quorum, terms and requirements never change afterwards.
/// @param master The key that coordinates the run.
/// @param validators The IValidatorSet whose members give verdicts; a contract.
/// @param gate The IGate that admits registrations; zero admits every node.
/// @param quorum Equal verdicts that settle a round; at least 1.
/// @param termsHash Hash of the terms that the run is served under, read by a later escrow; may be zero.
/// @param discoveryUri Base URI of the run's discovery service; at most MAX_URI_LENGTH bytes.
/// @param requirements What nodes must have, in the requirement language; at most MAX_REQUIREMENTS_LENGTH bytes.
struct RunSpec {
    address master;
    address validators;
    address gate;
    uint8 quorum;
    bytes32 termsHash;
    string discoveryUri;
    string requirements;
}

/// @notice A run. Times are in seconds; `pendingOwner` and `closedAt` are zero while there is none.
struct Run {
    address owner;
    uint40 createdAt;
    address pendingOwner;
    address master;
    uint32 masterEpoch;
    uint40 masterSince;
    address validators;
    uint8 quorum;
    uint40 closedAt;
    address gate;
    bytes32 termsHash;
    string discoveryUri;
    string requirements;
}

/// @notice A node's standing in one run. Times are in seconds, zero while they have not come.
/// @param provider The wallet that registered the node.
/// @param seq Counts the node's registrations in this run, from 1.
/// @param round Counts the validation rounds of this registration, from 1.
/// @param approvals Approving verdicts of this round.
/// @param rejections Rejecting verdicts of this round.
/// @param banned Whether the owner keeps the node out.
/// @param pastSeconds Seconds for which the node was approved in this run, over all approvals that have ended.
/// @param capabilitiesHash keccak256 of the node's capability document.
struct Registration {
    address provider;
    uint32 seq;
    uint32 round;
    uint8 approvals;
    uint8 rejections;
    Standing standing;
    bool banned;
    uint40 registeredAt;
    uint40 roundOpenedAt;
    uint40 approvedAt;
    uint40 endedAt;
    uint40 pastSeconds;
    bytes32 capabilitiesHash;
}

/// @title IComputeRegistry
/// @notice Training runs, the nodes registered for them, and the verdicts of validators on those nodes.
/// @dev Frozen in v1. Stake and escrow come later as contracts that plug into it (a gate) or read it
/// (`termsHash`, `approvedSeconds`, `masterTerm`).
interface IComputeRegistry {
    // ── Events: each carries all it takes to rebuild the state from the logs alone ───────────────

    /// @notice `owner` published a run; its first master's term is epoch 1.
    event RunCreated(uint256 indexed runId, address indexed owner, RunSpec spec);
    /// @notice `owner` offered the run to `pendingOwner`, or withdrew its offer when that is zero.
    event RunOwnershipOffered(uint256 indexed runId, address indexed owner, address indexed pendingOwner);
    /// @notice `owner` accepted the run from `previousOwner`.
    event RunOwnerChanged(uint256 indexed runId, address indexed previousOwner, address indexed owner);
    /// @notice `master` coordinates the run from now on; its term is `masterEpoch`.
    event MasterChanged(uint256 indexed runId, address indexed master, uint32 masterEpoch);
    /// @notice The run's discovery service moved.
    event DiscoveryUriChanged(uint256 indexed runId, string discoveryUri);
    /// @notice `gate` admits registrations from now on; zero admits every node.
    event GateChanged(uint256 indexed runId, address indexed gate);
    /// @notice The run ended. Every pending and approved registration is Closed, without an event of its own.
    event RunClosed(uint256 indexed runId, address indexed owner);
    /// @notice `provider` registered `node`; it is Pending, and `round` is open.
    event Registered(
        uint256 indexed runId,
        address indexed node,
        address indexed provider,
        uint32 seq,
        uint32 round,
        bytes32 capabilitiesHash
    );
    /// @notice `validator` gave its verdict. The first verdict of a new round opens it. Tallies include this verdict.
    event VerdictSubmitted(
        uint256 indexed runId,
        address indexed node,
        address indexed validator,
        uint32 seq,
        uint32 round,
        bool approve,
        bytes32 evidenceHash,
        uint8 approvals,
        uint8 rejections
    );
    /// @notice A quorum settled the round. `standing` is what follows: Approved, Rejected or Invalidated.
    event RoundSettled(uint256 indexed runId, address indexed node, uint32 seq, uint32 round, Standing standing);
    /// @notice `actor` ended a registration. `standing` is Left or Ejected; `reason` is empty for Left.
    event Ended(
        uint256 indexed runId,
        address indexed node,
        address indexed actor,
        uint32 seq,
        Standing standing,
        bool banned,
        string reason
    );
    /// @notice The owner lets the node register again.
    event Unbanned(uint256 indexed runId, address indexed node);

    // ── Errors ───────────────────────────────────────────────────────────────────────────────────

    /// @notice No run has this id.
    error RunNotFound(uint256 runId);
    /// @notice The run is closed, and stays so.
    error RunIsClosed(uint256 runId);
    /// @notice Only the run's owner may do this.
    error NotRunOwner(uint256 runId, address caller);
    /// @notice The run was not offered to the caller.
    error NotPendingOwner(uint256 runId, address caller);
    /// @notice Only the run's master or owner may do this.
    error NotMasterOrOwner(uint256 runId, address caller);
    /// @notice Only the node's provider or the node's own key may do this.
    error NotProviderOrNode(uint256 runId, address node, address caller);
    /// @notice The run's validator set does not list the caller.
    error NotValidator(uint256 runId, address caller);
    /// @notice A run needs a master.
    error ZeroMaster();
    /// @notice A quorum of none would settle nothing.
    error ZeroQuorum();
    /// @notice A plug-in must be a contract.
    error NotAContract(address plugin);
    /// @notice A string has more bytes than allowed.
    error StringTooLong(uint256 length, uint256 maxLength);
    /// @notice The run had no such master's term yet.
    error MasterTermNotFound(uint256 runId, uint32 masterEpoch);
    /// @notice The node's consent was good until `deadline`.
    error ConsentExpired(uint256 deadline);
    /// @notice The consent for `node` was signed by another key, or over other values than these.
    error ConsentMismatch(address node, address recovered);
    /// @notice The node's key belongs to another provider.
    error NodeOfAnotherProvider(address node, address provider);
    /// @notice The node is live in a run already.
    error NodeIsLive(address node, uint256 activeRunId);
    /// @notice The owner banned the node from the run.
    error NodeIsBanned(uint256 runId, address node);
    /// @notice There is no ban to lift.
    error NodeIsNotBanned(uint256 runId, address node);
    /// @notice A quorum invalidated the node; it may never register for this run again.
    error NodeIsInvalidated(uint256 runId, address node);
    /// @notice The node may register for this run again at `until`.
    error CooldownNotOver(uint256 runId, address node, uint40 until);
    /// @notice The run's gate does not admit the node.
    error NotAdmitted(uint256 runId, address node);
    /// @notice The registration is neither pending nor approved.
    error NotLive(uint256 runId, address node, Standing standing);
    /// @notice The call means another registration of the node than the present one.
    error SeqMismatch(uint32 seq, uint32 currentSeq);
    /// @notice The round takes no verdict: `nextRound` does, from `opensAt` on.
    error RoundNotOpen(uint32 round, uint32 nextRound, uint40 opensAt);
    /// @notice The validator gave its verdict in this round already.
    error AlreadyVoted(uint256 runId, address node, address validator, uint32 round);

    // ── The run's owner ──────────────────────────────────────────────────────────────────────────

    /// @notice Publishes a run; the caller owns it.
    /// @return runId Counts from 1.
    function createRun(RunSpec calldata spec) external returns (uint256 runId);
    /// @notice Offers the run to `to`, who must accept; zero withdraws the offer. Possible on a closed run too.
    function offerRun(uint256 runId, address to) external;
    /// @notice Takes over a run that was offered to the caller.
    function acceptRun(uint256 runId) external;
    /// @notice Names the run's master and opens its term. Naming the same key again opens a new term for it.
    function setMaster(uint256 runId, address master) external;
    /// @notice Moves the run's discovery service.
    function setDiscoveryUri(uint256 runId, string calldata discoveryUri) external;
    /// @notice Changes who admits registrations from now on; those made stay as they are. Zero admits every node.
    function setGate(uint256 runId, address gate) external;
    /// @notice Ends the run for good.
    function closeRun(uint256 runId) external;

    // ── Providers and nodes ──────────────────────────────────────────────────────────────────────

    /// @notice Registers `node` for the run; the caller is its provider, for good.
    /// @param capabilitiesHash keccak256 of the node's capability document.
    /// @param deadline Unix seconds until which (inclusive) the consent is good. Leave an hour: the clock is loose.
    /// @param consent The node key's EIP-712 signature over
    /// NodeConsent(uint256 runId,address provider,address node,bytes32 capabilitiesHash,uint32 seq,uint256 deadline).
    /// @return seq The registration's number: one more than the node's registrations in this run so far.
    function register(uint256 runId, address node, bytes32 capabilitiesHash, uint256 deadline, bytes calldata consent)
        external
        returns (uint32 seq);
    /// @notice Takes a pending or approved node out of the run. Calls no other contract, so nothing can prevent it.
    function leaveRun(uint256 runId, address node) external;

    // ── Validators ───────────────────────────────────────────────────────────────────────────────

    /// @notice Gives the caller's verdict on one registration in one round.
    /// @dev The round must be the one that `nextRound` names. A verdict that makes a quorum settles the round.
    /// @param evidenceHash keccak256 of the evidence document that the validator keeps.
    function submitVerdict(uint256 runId, address node, uint32 seq, uint32 round, bool approve, bytes32 evidenceHash)
        external;

    // ── The run's master and owner ───────────────────────────────────────────────────────────────

    /// @notice Puts a pending or approved node out of the run.
    /// @param seq The registration that is meant.
    /// @param ban Whether to keep the node out; only the owner may.
    /// @param reason For people to read; at most MAX_REASON_LENGTH bytes.
    function eject(uint256 runId, address node, uint32 seq, bool ban, string calldata reason) external;
    /// @notice Lets a banned node register again. Only the owner.
    function unban(uint256 runId, address node) external;

    // ── Views ────────────────────────────────────────────────────────────────────────────────────

    /// @notice The number of runs; also the newest run's id.
    function runCount() external view returns (uint256);
    /// @notice The run. Reverts when there is none.
    function getRun(uint256 runId) external view returns (Run memory);
    /// @notice The node's newest registration in the run, as it stands now: `standing`, `endedAt` and `pastSeconds`
    /// tell a lapse and the run's close too. All zero when it never registered.
    function getRegistration(uint256 runId, address node) external view returns (Registration memory);
    /// @notice Where the node stands in the run now.
    function standingOf(uint256 runId, address node) external view returns (Standing);
    /// @notice The round that a verdict must name, and the time from which it is taken.
    /// @return round Zero when the registration is neither pending nor approved.
    /// @return opensAt Unix seconds; in the past while the round is open or may be opened.
    function nextRound(uint256 runId, address node) external view returns (uint32 round, uint40 opensAt);
    /// @notice The newest verdict slot of `validator` for `node`: in which registration and round it voted last.
    function lastVote(uint256 runId, address node, address validator) external view returns (uint32 seq, uint32 round);
    /// @notice Whose the node is, and in which run it is live.
    /// @return provider Zero when the key never registered.
    /// @return activeRunId Zero when it is live in none.
    function nodeInfo(address node) external view returns (address provider, uint256 activeRunId);
    /// @notice Seconds for which the node has been approved in the run, over all its registrations, until now.
    function approvedSeconds(uint256 runId, address node) external view returns (uint256);
    /// @notice Who coordinated the run in one term: from `since`, and before `until`.
    /// @return master The key of that term's master.
    /// @return since Unix seconds at which the term began.
    /// @return until Unix seconds at which the term ended, by a successor or the run's close; zero while it lasts.
    function masterTerm(uint256 runId, uint32 masterEpoch)
        external
        view
        returns (address master, uint40 since, uint40 until);
    /// @notice The digest that a node key signs to consent to a registration.
    function consentDigest(
        uint256 runId,
        address provider,
        address node,
        bytes32 capabilitiesHash,
        uint32 seq,
        uint256 deadline
    ) external view returns (bytes32);

    // ── Constants ────────────────────────────────────────────────────────────────────────────────

    /// @notice Seconds after which a pending registration lapses.
    function PENDING_TIMEOUT() external view returns (uint40);
    /// @notice Seconds after its opening at which a round without a quorum takes no more verdicts.
    function ROUND_TIMEOUT() external view returns (uint40);
    /// @notice Seconds after a round's opening before an approved node's next round may open.
    function REVALIDATION_INTERVAL() external view returns (uint40);
    /// @notice Seconds after a registration's end before the node may register for the same run again.
    function COOLDOWN() external view returns (uint40);
    /// @notice Most bytes of a discovery URI.
    function MAX_URI_LENGTH() external view returns (uint256);
    /// @notice Most bytes of requirements.
    function MAX_REQUIREMENTS_LENGTH() external view returns (uint256);
    /// @notice Most bytes of an ejection's reason.
    function MAX_REASON_LENGTH() external view returns (uint256);
}
