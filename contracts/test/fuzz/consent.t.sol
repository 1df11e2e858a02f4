// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract ConsentFuzzTest is RegistryTest {
    uint256 private constant DEADLINE = START + 1 days;

    /// @dev The node's signature holds for the exact values it was made over, and registers the node once.
    function testFuzz_RegistersWithTheNodesOwnConsent(uint256 key, address by, bytes32 hash, uint256 deadline)
        external
    {
        vm.assume(by != address(0));
        key = bound(key, 1, CURVE_ORDER - 1);
        deadline = bound(deadline, START, type(uint256).max);
        address who = vm.addr(key);
        bytes32 digest = registry.consentDigest(runId, by, who, hash, 1, deadline);
        bytes memory consent = _sign(key, digest);

        vm.prank(by);
        registry.register(runId, who, hash, deadline, consent);
        assertEq(registry.getRegistration(runId, who).capabilitiesHash, hash, "capabilities");
        (address boundTo, uint256 activeRunId) = registry.nodeInfo(who);
        assertEq(boundTo, by, "provider");
        assertEq(activeRunId, runId, "active run");

        vm.expectRevert();
        vm.prank(by);
        registry.register(runId, who, hash, deadline, consent);
    }

    /// @dev Changing any one value under the signature makes it useless.
    function testFuzz_RefusesAConsentOverAnyOtherValue(uint256 field, uint256 change) external {
        change = bound(change, 1, type(uint32).max - 1);
        bytes memory consent = _sign(NODE_KEY, _digestWithOneChange(bound(field, 0, 5), change));
        vm.expectRevert();
        vm.prank(provider);
        registry.register(runId, node, CAPABILITIES, DEADLINE, consent);
        _assertStanding(Standing.None);
    }

    /// @dev No other bytes than the node's own signature do, whatever their length.
    function testFuzz_RefusesAnyOtherBytes(bytes calldata consent) external {
        vm.expectRevert();
        vm.prank(provider);
        registry.register(runId, node, CAPABILITIES, DEADLINE, consent);
        _assertStanding(Standing.None);
    }

    /// @dev One flipped bit anywhere in the signature spoils it; so does the twin with a high s.
    function testFuzz_RefusesAFlippedBitAndAHighS(uint256 bit) external {
        bytes32 digest = registry.consentDigest(runId, provider, node, CAPABILITIES, 1, DEADLINE);
        bytes memory good = _sign(NODE_KEY, digest);
        bytes memory highS = _withHighS(good);
        vm.expectRevert();
        vm.prank(provider);
        registry.register(runId, node, CAPABILITIES, DEADLINE, highS);

        bit = bound(bit, 0, 65 * 8 - 1);
        good[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert();
        vm.prank(provider);
        registry.register(runId, node, CAPABILITIES, DEADLINE, good);
        _assertStanding(Standing.None);
    }

    /// @dev A consent is of no use in another registry, nor on another chain.
    function testFuzz_RefusesAConsentForAnotherChain(uint64 chainId) external {
        vm.assume(chainId != 0 && chainId != block.chainid);
        bytes32 digest = registry.consentDigest(runId, provider, node, CAPABILITIES, 1, DEADLINE);
        bytes memory consent = _sign(NODE_KEY, digest);
        vm.chainId(chainId);
        vm.expectRevert();
        vm.prank(provider);
        registry.register(runId, node, CAPABILITIES, DEADLINE, consent);
    }

    /// @dev Good up to and including the deadline's second.
    function testFuzz_ConsentEndsWithItsDeadline(uint256 deadline, uint256 time) external {
        deadline = bound(deadline, START, START + 1000 days);
        time = bound(time, START, START + 2000 days);
        bytes32 digest = registry.consentDigest(runId, provider, node, CAPABILITIES, 1, deadline);
        bytes memory consent = _sign(NODE_KEY, digest);
        vm.warp(time);
        if (time > deadline) {
            _expectRevert(abi.encodeWithSelector(IComputeRegistry.ConsentExpired.selector, deadline));
        }
        vm.prank(provider);
        registry.register(runId, node, CAPABILITIES, deadline, consent);
    }

    function _digestWithOneChange(uint256 field, uint256 change) private view returns (bytes32) {
        return registry.consentDigest(
            runId + (field == 0 ? change : 0),
            field == 1 ? address(uint160(change)) : provider,
            field == 2 ? address(uint160(change)) : node,
            field == 3 ? bytes32(change) : CAPABILITIES,
            1 + uint32(field == 4 ? change : 0),
            DEADLINE + (field == 5 ? change : 0)
        );
    }
}
