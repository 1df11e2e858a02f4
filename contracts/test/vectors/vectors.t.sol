// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ComputeRegistry} from "../../src/ComputeRegistry.sol";
import {Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

/// @notice The JSON vectors of packages/protocol, read by the other side: what TypeScript signs, the registry takes.
contract VectorsTest is RegistryTest {
    string private constant DIRECTORY = "../packages/protocol/vectors/";

    struct Consent {
        uint256 runId;
        address provider;
        address node;
        bytes32 capabilitiesHash;
        uint32 seq;
        uint256 deadline;
        bytes32 digest;
        bytes signature;
        bool valid;
    }

    string private _json;

    /// @dev Every consent of the vectors: the digest is ours, and the node's key signed it exactly when it is valid.
    function test_NodeConsents() external {
        _load("node-consent.json");
        _moveRegistryToVectors();
        uint256 count = _cases();
        uint256 validCount;
        for (uint256 i = 0; i < count; ++i) {
            Consent memory consent = _consentAt(i);
            (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(consent.digest, consent.signature);
            bool signed = problem == ECDSA.RecoverError.NoError && recovered == consent.node;
            assertTrue(signed == consent.valid, _path(i, "name"));
            assertEq(_digestOf(consent), consent.digest, _path(i, "digest"));
            if (consent.valid) ++validCount;
        }
        assertTrue(validCount > 0 && validCount < count, "valid and invalid cases");
    }

    /// @dev The registry registers a node exactly when its consent is valid.
    function test_RegistersWithTheValidConsentsAlone() external {
        _load("node-consent.json");
        _moveRegistryToVectors();
        uint256 count = _cases();
        uint256 untouched = vm.snapshotState();
        for (uint256 i = 0; i < count; ++i) {
            _tryToRegister(_consentAt(i), _path(i, "name"));
            assertTrue(vm.revertToState(untouched), "every case starts from the same state");
        }
    }

    /// @dev Every message type: forge hashes its EIP-712 document to the digest that TypeScript signed.
    function test_MessageDigests() external {
        _load("messages.json");
        uint256 count = _cases();
        assertTrue(count >= 10, "there are vectors");
        for (uint256 i = 0; i < count; ++i) {
            bytes32 digest = vm.parseJsonBytes32(_json, _path(i, "digest"));
            string memory document = vm.parseJsonString(_json, _path(i, "typedDataJson"));
            assertEq(vm.eip712HashTypedData(document), digest, _path(i, "digest"));
            bytes memory signature = vm.parseJsonBytes(_json, _path(i, "envelope.signature"));
            address signer = vm.parseJsonAddress(_json, _path(i, "signer"));
            assertEq(ECDSA.recover(digest, signature), signer, _path(i, "signer"));
        }
    }

    function _tryToRegister(Consent memory consent, string memory name) private {
        // A seq is counted by the registry, not given to it: the case of another seq has no call.
        if (consent.seq != 1) return;
        if (!consent.valid) vm.expectRevert();
        vm.prank(consent.provider);
        registry.register(consent.runId, consent.node, consent.capabilitiesHash, consent.deadline, consent.signature);
        Standing standing = registry.standingOf(consent.runId, consent.node);
        assertTrue((standing == Standing.Pending) == consent.valid, name);
    }

    /// @dev Puts a registry at the vectors' address and chain, with the runs that they name.
    function _moveRegistryToVectors() private {
        vm.chainId(vm.parseJsonUint(_json, ".domain.chainId"));
        address at_ = vm.parseJsonAddress(_json, ".domain.verifyingContract");
        vm.etch(at_, address(registry).code);
        registry = ComputeRegistry(at_);
        vm.warp(1_700_000_000);
        for (uint256 i = 0; i < 10; ++i) {
            _createRun(_spec());
        }
    }

    function _digestOf(Consent memory consent) private view returns (bytes32) {
        return registry.consentDigest(
            consent.runId, consent.provider, consent.node, consent.capabilitiesHash, consent.seq, consent.deadline
        );
    }

    function _consentAt(uint256 i) private view returns (Consent memory consent) {
        consent.runId = vm.parseJsonUint(_json, _path(i, "message.runId"));
        consent.provider = vm.parseJsonAddress(_json, _path(i, "message.provider"));
        consent.node = vm.parseJsonAddress(_json, _path(i, "message.node"));
        consent.capabilitiesHash = vm.parseJsonBytes32(_json, _path(i, "message.capabilitiesHash"));
        consent.seq = uint32(vm.parseJsonUint(_json, _path(i, "message.seq")));
        consent.deadline = vm.parseJsonUint(_json, _path(i, "message.deadline"));
        consent.digest = vm.parseJsonBytes32(_json, _path(i, "digest"));
        consent.signature = vm.parseJsonBytes(_json, _path(i, "signature"));
        consent.valid = vm.parseJsonBool(_json, _path(i, "valid"));
    }

    function _load(string memory file) private {
        _json = vm.readFile(string.concat(DIRECTORY, file));
    }

    function _cases() private view returns (uint256 count) {
        while (vm.keyExistsJson(_json, _path(count, "name"))) ++count;
    }

    function _path(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "].", field);
    }
}
