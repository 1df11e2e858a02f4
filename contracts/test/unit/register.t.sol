// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {IComputeRegistry, Registration, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {BreakablePlugin, ListGate, ReentrantPlugin, RevertingGate} from "../helpers/Plugins.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract RegisterTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _registerExpecting(7, abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
    }

    function test_WhenTheRunIsClosed() external {
        _closeRun();
        _registerExpecting(runId, abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
    }

    function test_WhenTheConsentHasExpired() external {
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 1);
        vm.warp(deadline + 1);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.ConsentExpired.selector, deadline));
        _submit(deadline, consent);
    }

    function test_WhenTheConsentExpiresThisSecond() external {
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 1);
        vm.warp(deadline);
        _submit(deadline, consent);
        _assertStanding(Standing.Pending);
    }

    function test_WhenTheNodeBelongsToAnotherProvider() external {
        _register(NODE_KEY, _createRun(_spec()), otherProvider);
        bytes4 selector = IComputeRegistry.NodeOfAnotherProvider.selector;
        _registerExpecting(runId, abi.encodeWithSelector(selector, node, otherProvider));
    }

    function test_WhenTheNodeIsLiveInThisRun() external {
        _register();
        _registerExpecting(runId, abi.encodeWithSelector(IComputeRegistry.NodeIsLive.selector, node, runId));
    }

    function test_WhenTheNodeIsLiveInAnotherRun() external {
        uint256 otherRun = _createRun(_spec());
        _register(NODE_KEY, otherRun, provider);
        _registerExpecting(runId, abi.encodeWithSelector(IComputeRegistry.NodeIsLive.selector, node, otherRun));
    }

    function test_WhenTheConsentIsSignedByAnotherKey() external {
        uint256 deadline = block.timestamp + 1 days;
        bytes32 digest = registry.consentDigest(runId, provider, node, CAPABILITIES, 1, deadline);
        bytes memory consent = _sign(OTHER_NODE_KEY, digest);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.ConsentMismatch.selector, node, otherNode));
        _submit(deadline, consent);
    }

    function test_WhenTheConsentIsForAnotherProvider() external {
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, otherProvider, 1);
        _expectMismatch(deadline, consent);
        _submit(deadline, consent);
    }

    function test_WhenTheConsentIsForAnotherSeq() external {
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 2);
        _expectMismatch(deadline, consent);
        _submit(deadline, consent);
    }

    function test_WhenTheConsentIsForAnotherRegistry() external {
        uint256 deadline = block.timestamp + 1 days;
        bytes32 digest = new ComputeRegistry().consentDigest(runId, provider, node, CAPABILITIES, 1, deadline);
        bytes memory consent = _sign(NODE_KEY, digest);
        _expectMismatch(deadline, consent);
        _submit(deadline, consent);
    }

    function test_WhenTheConsentHasAHighS() external {
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 1);
        consent = _withHighS(consent);
        bytes32 s;
        assembly {
            s := mload(add(consent, 0x40))
        }
        _expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, s));
        _submit(deadline, consent);
    }

    function test_WhenTheConsentIsNot65BytesLong() external {
        _expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64));
        _submit(block.timestamp, new bytes(64));
    }

    function test_WhenTheConsentRecoversToNothing() external {
        _expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        _submit(block.timestamp, new bytes(65));
    }

    function test_GivenTheGateAdmitsTheNode() external {
        ListGate gate = new ListGate();
        gate.list(node);
        _setGate(address(gate));
        _register();
        _assertStanding(Standing.Pending);
    }

    function test_GivenTheGateDoesNotAdmitTheNode() external {
        _setGate(address(new ListGate()));
        _registerExpecting(runId, abi.encodeWithSelector(IComputeRegistry.NotAdmitted.selector, runId, node));
    }

    function test_GivenTheGateReverts() external {
        _setGate(address(new RevertingGate()));
        _registerExpecting(runId, abi.encodeWithSelector(RevertingGate.StakeTooLow.selector, node));
    }

    function test_GivenTheGateTriesToChangeTheRegistry() external {
        _setGate(address(new ReentrantPlugin()));
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 1);
        vm.expectRevert();
        _submit(deadline, consent);
        _assertStanding(Standing.None);
    }

    function test_GivenTheGateBurnsAllItsGas() external {
        BreakablePlugin gate = new BreakablePlugin();
        gate.breakDown();
        _setGate(address(gate));
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 1);
        vm.expectRevert();
        vm.prank(provider);
        registry.register{gas: 500_000}(runId, node, CAPABILITIES, deadline, consent);
        _assertStanding(Standing.None);
    }

    function test_WhenTheNodeNeverRegistered() external {
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, runId, provider, 1);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.Registered(runId, node, provider, 1, 1, CAPABILITIES);
        uint32 seq = _submit(deadline, consent);

        assertEq(seq, 1, "returned seq");
        Registration memory registration = _registration();
        assertEq(registration.provider, provider, "provider");
        assertEq(registration.seq, 1, "seq");
        assertEq(registration.round, 1, "round");
        assertEq(uint256(registration.standing), uint256(Standing.Pending), "standing");
        assertEq(registration.registeredAt, START, "registered at");
        assertEq(registration.roundOpenedAt, START, "round opened at");
        assertEq(registration.approvedAt, 0, "approved at");
        assertEq(registration.endedAt, 0, "ended at");
        assertEq(registration.capabilitiesHash, CAPABILITIES, "capabilities");
        (address boundTo, uint256 activeRunId) = registry.nodeInfo(node);
        assertEq(boundTo, provider, "bound provider");
        assertEq(activeRunId, runId, "active run");
    }

    function test_GivenTheCooldownIsNotOver() external {
        _register();
        _leave();
        _skip(1 hours - 1);
        bytes4 selector = IComputeRegistry.CooldownNotOver.selector;
        _registerExpecting(runId, abi.encodeWithSelector(selector, runId, node, START + 1 hours));
    }

    function test_GivenItWasRejected() external {
        _register();
        _reject();
        _skip(1 hours);
        _register();
        Registration memory registration = _registration();
        assertEq(registration.seq, 2, "seq");
        assertEq(registration.round, 1, "round");
        assertEq(registration.rejections, 0, "rejections");
        assertEq(registration.endedAt, 0, "ended at");
        _assertStanding(Standing.Pending);
    }

    function test_GivenItLeftWhileApproved() external {
        _register();
        _approve();
        _skip(2 hours);
        _leave();
        _skip(1 hours);
        _register();
        assertEq(_registration().pastSeconds, 2 hours, "past seconds");
        assertEq(_registration().approvedAt, 0, "approved at");
        assertEq(registry.approvedSeconds(runId, node), 2 hours, "approved seconds");
    }

    function test_GivenItWasEjectedWithoutABan() external {
        _register();
        _eject(false);
        _skip(1 hours);
        _register();
        _assertStanding(Standing.Pending);
    }

    function test_GivenItWasBanned() external {
        _register();
        _eject(true);
        _skip(1 hours);
        _registerExpecting(runId, abi.encodeWithSelector(IComputeRegistry.NodeIsBanned.selector, runId, node));
    }

    function test_GivenItWasInvalidated() external {
        _register();
        _approve();
        _skip(1 days);
        _reject();
        _skip(365 days);
        bytes4 selector = IComputeRegistry.NodeIsInvalidated.selector;
        _registerExpecting(runId, abi.encodeWithSelector(selector, runId, node));
    }

    function test_GivenItLapsedLessThanACooldownAgo() external {
        _register();
        _skip(3 days + 1 hours - 1);
        bytes4 selector = IComputeRegistry.CooldownNotOver.selector;
        _registerExpecting(runId, abi.encodeWithSelector(selector, runId, node, START + 3 days + 1 hours));
    }

    function test_GivenItLapsedACooldownAgo() external {
        _register();
        _skip(3 days + 1 hours);
        _register();
        assertEq(_registration().seq, 2, "seq");
        _assertStanding(Standing.Pending);
    }

    function test_GivenItLeftThisRunAndWantsAnother() external {
        _register();
        _leave();
        uint256 otherRun = _createRun(_spec());
        _register(NODE_KEY, otherRun, provider);
        (, uint256 activeRunId) = registry.nodeInfo(node);
        assertEq(activeRunId, otherRun, "active run");
    }

    function _setGate(address gate) private {
        vm.prank(owner);
        registry.setGate(runId, gate);
    }

    function _submit(uint256 deadline, bytes memory consent) private returns (uint32) {
        vm.prank(provider);
        return registry.register(runId, node, CAPABILITIES, deadline, consent);
    }

    /// @dev Registers with a consent that would do, were it not for the reason that is expected.
    function _registerExpecting(uint256 run, bytes memory revertData) private {
        uint32 seq = run > registry.runCount() ? 1 : registry.getRegistration(run, node).seq + 1;
        (uint256 deadline, bytes memory consent) = _consent(NODE_KEY, run, provider, seq);
        _expectRevert(revertData);
        vm.prank(provider);
        registry.register(run, node, CAPABILITIES, deadline, consent);
    }

    /// @dev The consent is a good signature over something else, so it recovers to a key that nobody knows.
    function _expectMismatch(uint256 deadline, bytes memory consent) private {
        bytes32 digest = registry.consentDigest(runId, provider, node, CAPABILITIES, 1, deadline);
        address recovered = ECDSA.recover(digest, consent);
        assertTrue(recovered != node, "a consent over other values recovers to another key");
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.ConsentMismatch.selector, node, recovered));
    }
}
