// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {ValidatorSet} from "../../src/ValidatorSet.sol";
import {Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {ListGate} from "../helpers/Plugins.sol";
import {Test} from "../helpers/Test.sol";
import {Vm} from "../helpers/Vm.sol";
import {EventMirror} from "./EventMirror.sol";
import {RegistryModel} from "./RegistryModel.sol";
import {Transitions} from "./Transitions.sol";

/// @notice The people and nodes of the invariant tests, the clock, and what is checked around every act.
abstract contract World is Test, Transitions {
    /// @dev What can be wrong with a consent.
    enum Flaw {
        HighS,
        OtherKey,
        OtherSeq,
        Expired,
        None
    }

    uint256 internal constant MAX_RUNS = 3;
    uint256 internal constant NODES = 4;
    uint256 internal constant FIRST_NODE_KEY = 0x1000;
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes32 internal constant CAPABILITIES = keccak256("capabilities");
    bytes32 internal constant EVIDENCE = keccak256("evidence");

    ComputeRegistry public immutable registry;
    ValidatorSet public immutable validators;
    ListGate internal immutable closedGate;
    RegistryModel public immutable model;
    EventMirror public immutable mirror;

    address[] internal owners;
    address[] internal masters;
    address[] internal providers;
    address[] internal validatorKeys;
    address[] public nodes;
    address[] internal everybody;
    uint256 public clock;

    /// @dev The run and the node that the present act is about; no other may change.
    uint256 private _subjectRun;
    address private _subjectNode;

    constructor(ComputeRegistry registry_, ValidatorSet validators_, ListGate closedGate_) {
        (registry, validators, closedGate) = (registry_, validators_, closedGate_);
        model = new RegistryModel();
        mirror = new EventMirror();
        clock = block.timestamp;
        _people(owners, "owner", 2);
        _people(masters, "master", 2);
        _people(providers, "provider", 2);
        _people(validatorKeys, "validator", 4);
        everybody.push(address(uint160(uint256(keccak256("stranger")))));
        for (uint256 i = 0; i < NODES; ++i) {
            nodes.push(vm.addr(FIRST_NODE_KEY + i));
            everybody.push(nodes[i]);
        }
        vm.recordLogs();
    }

    /// @dev Around every act: the clock, the standings before and after, and the events it left.
    modifier act(Act kind) {
        vm.warp(clock);
        (_subjectRun, _subjectNode) = (0, address(0));
        Standing[] memory before = _standings();
        _;
        _mirrorEvents();
        _checkTransitions(kind, before);
    }

    function nodeCount() external view returns (uint256) {
        return nodes.length;
    }

    // ── Choosing ─────────────────────────────────────────────────────────────────────────────────

    function _pick(address[] storage from, uint256 seed) internal view returns (address) {
        return from[seed % from.length];
    }

    function _anyone(uint256 seed) internal view returns (address) {
        return _pick(everybody, seed >> 16);
    }

    function _ownerOrAnyone(uint256 runId, uint256 seed) internal view returns (address) {
        return seed % 4 == 0 ? _anyone(seed) : model.runFacts(runId).owner;
    }

    function _run(uint256 seed) internal view returns (uint256) {
        uint256 count = model.runCount();
        return count == 0 ? 0 : 1 + seed % count;
    }

    function _node(uint256 seed) internal view returns (address) {
        return nodes[seed % NODES];
    }

    /// @dev The next node that is live, and its run; zero when none is. Chosen by the registry, judged by the model.
    function _liveNode(uint256 seed) internal view returns (uint256 runId, address node) {
        for (uint256 i = 0; i < NODES && runId == 0; ++i) {
            node = nodes[(seed % NODES + i) % NODES];
            (, runId) = registry.nodeInfo(node);
        }
    }

    /// @dev Nearly always a live node, else any.
    function _nodeToEnd(uint256 runSeed, uint256 nodeSeed) internal view returns (uint256 runId, address node) {
        if (runSeed % 8 != 0) (runId, node) = _liveNode(nodeSeed);
        if (runId == 0) (runId, node) = (_run(runSeed >> 8), _node(nodeSeed));
    }

    /// @dev The index of a node that is live nowhere, seven times in eight.
    function _nodeToRegister(uint256 seed) internal view returns (uint256 index) {
        for (uint256 i = 0; i < NODES; ++i) {
            index = (seed % NODES + i) % NODES;
            (, uint256 runId) = registry.nodeInfo(nodes[index]);
            if (runId == 0 || seed % 8 == 0) return index;
        }
    }

    function _concerns(uint256 runId, address node) internal {
        (_subjectRun, _subjectNode) = (runId, node);
    }

    /// @dev When the node's round, registration, interval or cooldown changes next; zero where it never does.
    function _edge(uint256 runId, address node, uint256 which) internal view returns (uint256) {
        RegistryModel.Derived memory now_ = model.derive(runId, node);
        if (now_.standing == Standing.None) return 0;
        if (now_.endedAt != 0) return now_.endedAt + 1 hours;
        if (which % 3 == 0) return now_.roundOpenedAt + 6 hours;
        if (which % 3 == 1 || now_.standing == Standing.Approved) return now_.roundOpenedAt + 1 days;
        return registry.getRegistration(runId, node).registeredAt + 3 days;
    }

    // ── Consent ──────────────────────────────────────────────────────────────────────────────────

    /// @dev Three consents in four are sound.
    function _flaw(uint256 seed) internal pure returns (Flaw) {
        return seed % 16 < 4 ? Flaw(seed % 16) : Flaw.None;
    }

    function _consent(uint256 runId, uint256 index, address provider, uint256 deadline, Flaw flaw)
        internal
        view
        returns (bytes memory)
    {
        uint32 seq = uint32(model.seqOf(runId, nodes[index])) + (flaw == Flaw.OtherSeq ? 2 : 1);
        uint256 key = FIRST_NODE_KEY + (flaw == Flaw.OtherKey ? (index + 1) % NODES : index);
        bytes32 digest = registry.consentDigest(runId, provider, nodes[index], CAPABILITIES, seq, deadline);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        if (flaw == Flaw.HighS) (v, s) = (v == 27 ? 28 : 27, bytes32(CURVE_ORDER - uint256(s)));
        return abi.encodePacked(r, s, v);
    }

    // ── Checking ─────────────────────────────────────────────────────────────────────────────────

    function _expect(bool condition, string memory what) internal pure {
        assertTrue(condition, what);
    }

    function _mirrorEvents() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(registry)) mirror.apply_(logs[i]);
        }
    }

    /// @dev Standings of all nodes in MAX_RUNS runs; a run that does not exist yet counts as None.
    function _standings() private view returns (Standing[] memory standings) {
        standings = new Standing[](MAX_RUNS * NODES);
        uint256 count = registry.runCount();
        for (uint256 i = 0; i < standings.length; ++i) {
            uint256 runId = 1 + i / NODES;
            if (runId <= count) standings[i] = registry.standingOf(runId, nodes[i % NODES]);
        }
    }

    function _checkTransitions(Act kind, Standing[] memory before) private view {
        Standing[] memory afterwards = _standings();
        for (uint256 i = 0; i < before.length; ++i) {
            if (before[i] == afterwards[i]) continue;
            bool sameRun = _subjectRun == 1 + i / NODES;
            bool sameNode = _subjectNode == nodes[i % NODES];
            _expect(isAllowed(kind, sameRun, sameNode, before[i], afterwards[i]), "a transition outside the table");
        }
    }

    function _people(address[] storage list, string memory name, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            list.push(address(uint160(uint256(keccak256(abi.encode(name, i))))));
            everybody.push(list[i]);
        }
    }
}
