// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {ValidatorSet} from "../../src/ValidatorSet.sol";
import {IComputeRegistry, Registration, Run, RunSpec, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {Test} from "./Test.sol";

/// @notice A registry with three validators and one run of quorum 2, and the calls that tests make most.
abstract contract RegistryTest is Test {
    uint256 internal constant START = 1_900_000_000;
    uint256 internal constant NODE_KEY = 0xA11CE;
    uint256 internal constant OTHER_NODE_KEY = 0xB0B;
    bytes32 internal constant CAPABILITIES = keccak256("capabilities");
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    address internal immutable owner = _named("owner");
    address internal immutable master = _named("master");
    address internal immutable provider = _named("provider");
    address internal immutable otherProvider = _named("other provider");
    address internal immutable stranger = _named("stranger");
    address internal immutable alpha = _named("validator alpha");
    address internal immutable beta = _named("validator beta");
    address internal immutable gamma = _named("validator gamma");
    address internal node;
    address internal otherNode;

    ComputeRegistry internal registry;
    ValidatorSet internal validators;
    uint256 internal runId;

    function setUp() public virtual {
        vm.warp(START);
        node = vm.addr(NODE_KEY);
        otherNode = vm.addr(OTHER_NODE_KEY);
        address[] memory members = new address[](3);
        (members[0], members[1], members[2]) = (alpha, beta, gamma);
        validators = new ValidatorSet(owner, members);
        registry = new ComputeRegistry();
        runId = _createRun(_spec());
    }

    // ── What is ──────────────────────────────────────────────────────────────────────────────────

    function _spec() internal view returns (RunSpec memory) {
        return RunSpec({
            master: master,
            validators: address(validators),
            gate: address(0),
            quorum: 2,
            termsHash: keccak256("terms"),
            discoveryUri: "https://discovery.example/discovery",
            requirements: "cpu: 2.., memory: 4GB.."
        });
    }

    function _registration() internal view returns (Registration memory) {
        return registry.getRegistration(runId, node);
    }

    function _assertStanding(Standing expected) internal view {
        assertEq(uint256(registry.standingOf(runId, node)), uint256(expected), "standing");
    }

    // ── What is done ─────────────────────────────────────────────────────────────────────────────

    function _createRun(RunSpec memory spec) internal returns (uint256) {
        vm.prank(owner);
        return registry.createRun(spec);
    }

    function _closeRun() internal {
        vm.prank(owner);
        registry.closeRun(runId);
    }

    /// @dev A consent of `privateKey` to its registration for `run`, good for a day.
    function _consent(uint256 privateKey, uint256 run, address by, uint32 seq)
        internal
        view
        returns (uint256 deadline, bytes memory signature)
    {
        deadline = block.timestamp + 1 days;
        bytes32 digest = registry.consentDigest(run, by, vm.addr(privateKey), CAPABILITIES, seq, deadline);
        signature = _sign(privateKey, digest);
    }

    function _register() internal {
        _register(NODE_KEY, runId, provider);
    }

    function _register(uint256 privateKey, uint256 run, address by) internal returns (uint32 seq) {
        address who = vm.addr(privateKey);
        seq = registry.getRegistration(run, who).seq + 1;
        (uint256 deadline, bytes memory signature) = _consent(privateKey, run, by, seq);
        vm.prank(by);
        return registry.register(run, who, CAPABILITIES, deadline, signature);
    }

    /// @dev A verdict in the round that is due now.
    function _vote(address validator, bool approve) internal {
        uint32 seq = _registration().seq;
        (uint32 round,) = registry.nextRound(runId, node);
        vm.prank(validator);
        registry.submitVerdict(runId, node, seq, round, approve, EVIDENCE);
    }

    function _approve() internal {
        _vote(alpha, true);
        _vote(beta, true);
    }

    function _reject() internal {
        _vote(alpha, false);
        _vote(beta, false);
    }

    function _eject(bool ban) internal {
        uint32 seq = _registration().seq;
        vm.prank(owner);
        registry.eject(runId, node, seq, ban, "too slow");
    }

    function _leave() internal {
        vm.prank(provider);
        registry.leaveRun(runId, node);
    }

    function _skip(uint256 duration) internal {
        vm.warp(block.timestamp + duration);
    }

    // ── Small things ─────────────────────────────────────────────────────────────────────────────

    function _expectRevert(bytes memory revertData) internal {
        vm.expectRevert(revertData);
    }

    function _sign(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The other signature that recovers to the same key: (r, n - s, flipped v).
    function _withHighS(bytes memory signature) internal pure returns (bytes memory) {
        bytes32 r;
        uint256 s;
        uint8 v;
        assembly {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
        return abi.encodePacked(r, CURVE_ORDER - s, v == 27 ? uint8(28) : uint8(27));
    }

    function _bytes(uint256 length) internal pure returns (string memory) {
        return string(new bytes(length));
    }

    function _named(string memory name) internal pure returns (address) {
        return address(uint160(uint256(keccak256(bytes(name)))));
    }
}
