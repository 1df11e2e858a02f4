// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Registration, Run, RunSpec, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {Vm} from "../helpers/Vm.sol";

/// @notice Rebuilds runs and registrations from the registry's logs and the time of their block, and from nothing else.
contract EventMirror {
    error UnknownEvent(bytes32 topic);

    mapping(uint256 runId => Run) private _runs;
    mapping(uint256 runId => mapping(address node => Registration)) private _registrations;
    uint256 public runCount;

    function getRun(uint256 runId) external view returns (Run memory) {
        return _runs[runId];
    }

    function getRegistration(uint256 runId, address node) external view returns (Registration memory) {
        return _registrations[runId][node];
    }

    function apply_(Vm.Log calldata log) external {
        bytes32 topic = log.topics[0];
        uint256 runId = uint256(log.topics[1]);
        if (topic == IComputeRegistry.RunCreated.selector) _runCreated(runId, log);
        else if (topic == IComputeRegistry.RunOwnershipOffered.selector) _offered(runId, log);
        else if (topic == IComputeRegistry.RunOwnerChanged.selector) _ownerChanged(runId, log);
        else if (topic == IComputeRegistry.MasterChanged.selector) _masterChanged(runId, log);
        else if (topic == IComputeRegistry.DiscoveryUriChanged.selector) _uriChanged(runId, log);
        else if (topic == IComputeRegistry.GateChanged.selector) _runs[runId].gate = _topicAddress(log, 2);
        else if (topic == IComputeRegistry.RunClosed.selector) _runs[runId].closedAt = uint40(block.timestamp);
        else if (topic == IComputeRegistry.Registered.selector) _registered(runId, log);
        else if (topic == IComputeRegistry.VerdictSubmitted.selector) _verdict(runId, log);
        else if (topic == IComputeRegistry.RoundSettled.selector) _settled(runId, log);
        else if (topic == IComputeRegistry.Ended.selector) _ended(runId, log);
        else if (topic == IComputeRegistry.Unbanned.selector) _at(runId, log).banned = false;
        else revert UnknownEvent(topic);
    }

    function _runCreated(uint256 runId, Vm.Log calldata log) private {
        RunSpec memory spec = abi.decode(log.data, (RunSpec));
        runCount = runId;
        _runs[runId] = Run({
            owner: _topicAddress(log, 2),
            createdAt: uint40(block.timestamp),
            pendingOwner: address(0),
            master: spec.master,
            masterEpoch: 1,
            masterSince: uint40(block.timestamp),
            validators: spec.validators,
            quorum: spec.quorum,
            closedAt: 0,
            gate: spec.gate,
            termsHash: spec.termsHash,
            discoveryUri: spec.discoveryUri,
            requirements: spec.requirements
        });
    }

    function _offered(uint256 runId, Vm.Log calldata log) private {
        _runs[runId].pendingOwner = _topicAddress(log, 3);
    }

    function _ownerChanged(uint256 runId, Vm.Log calldata log) private {
        (_runs[runId].owner, _runs[runId].pendingOwner) = (_topicAddress(log, 3), address(0));
    }

    function _masterChanged(uint256 runId, Vm.Log calldata log) private {
        _runs[runId].master = _topicAddress(log, 2);
        _runs[runId].masterEpoch = abi.decode(log.data, (uint32));
        _runs[runId].masterSince = uint40(block.timestamp);
    }

    function _uriChanged(uint256 runId, Vm.Log calldata log) private {
        _runs[runId].discoveryUri = abi.decode(log.data, (string));
    }

    function _registered(uint256 runId, Vm.Log calldata log) private {
        Registration storage registration = _at(runId, log);
        (uint32 seq, uint32 round, bytes32 capabilitiesHash) = abi.decode(log.data, (uint32, uint32, bytes32));
        registration.provider = _topicAddress(log, 3);
        (registration.seq, registration.round, registration.capabilitiesHash) = (seq, round, capabilitiesHash);
        (registration.approvals, registration.rejections) = (0, 0);
        registration.standing = Standing.Pending;
        registration.registeredAt = uint40(block.timestamp);
        registration.roundOpenedAt = uint40(block.timestamp);
        (registration.approvedAt, registration.endedAt) = (0, 0);
    }

    function _verdict(uint256 runId, Vm.Log calldata log) private {
        Registration storage registration = _at(runId, log);
        (, uint32 round,,, uint8 approvals, uint8 rejections) =
            abi.decode(log.data, (uint32, uint32, bool, bytes32, uint8, uint8));
        if (round != registration.round) registration.roundOpenedAt = uint40(block.timestamp);
        (registration.round, registration.approvals, registration.rejections) = (round, approvals, rejections);
    }

    function _settled(uint256 runId, Vm.Log calldata log) private {
        Registration storage registration = _at(runId, log);
        (,, Standing standing) = abi.decode(log.data, (uint32, uint32, Standing));
        if (standing != Standing.Approved) {
            _end(registration, standing);
        } else if (registration.standing == Standing.Pending) {
            (registration.standing, registration.approvedAt) = (standing, uint40(block.timestamp));
        }
    }

    function _ended(uint256 runId, Vm.Log calldata log) private {
        (, Standing standing, bool banned,) = abi.decode(log.data, (uint32, Standing, bool, string));
        _at(runId, log).banned = banned;
        _end(_at(runId, log), standing);
    }

    function _end(Registration storage registration, Standing standing) private {
        if (registration.standing == Standing.Approved) {
            registration.pastSeconds += uint40(block.timestamp) - registration.approvedAt;
        }
        (registration.standing, registration.endedAt) = (standing, uint40(block.timestamp));
    }

    function _at(uint256 runId, Vm.Log calldata log) private view returns (Registration storage) {
        return _registrations[runId][_topicAddress(log, 2)];
    }

    function _topicAddress(Vm.Log calldata log, uint256 index) private pure returns (address) {
        return address(uint160(uint256(log.topics[index])));
    }
}
