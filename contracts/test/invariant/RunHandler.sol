// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RunSpec} from "../../src/interfaces/IComputeRegistry.sol";
import {World} from "./World.sol";

/// @notice The acts on runs, behind one entry so that they are a small part of all that happens.
abstract contract RunHandler is World {
    enum Matter {
        Create,
        Offer,
        Accept,
        Master,
        DiscoveryUri,
        Gate,
        Close,
        Unban,
        Validators
    }

    function manageRun(uint256 what, uint256 runSeed, uint256 actorSeed, uint256 seed)
        external
        act(_matter(what) == Matter.Close ? Act.Close : Act.Manage)
    {
        Matter matter = _matter(what);
        if (matter == Matter.Create) return _createRun(_pick(owners, actorSeed), seed);
        if (matter == Matter.Validators) return _changeValidators(seed);
        if (model.runCount() == 0) return;
        uint256 runId = _run(runSeed);
        _concerns(runId, address(0));
        if (matter == Matter.Accept) return _acceptRun(runId, _pendingOrAnyone(runId, actorSeed));
        address actor = _ownerOrAnyone(runId, actorSeed);
        if (matter == Matter.Offer) _offerRun(runId, actor, seed % 4 == 0 ? address(0) : _pick(owners, seed));
        else if (matter == Matter.Master) _setMaster(runId, actor, _pick(masters, seed));
        else if (matter == Matter.DiscoveryUri) _setDiscoveryUri(runId, actor, new bytes(bound(seed, 0, 260)));
        else if (matter == Matter.Gate) _setGate(runId, actor, seed % 4 == 0);
        else if (matter == Matter.Close) _closeRun(runId, actor);
        else if (matter == Matter.Unban) _unban(runId, _node(seed), actor);
    }

    function _createRun(address owner, uint256 seed) private {
        if (model.runCount() == MAX_RUNS) return;
        address master = _pick(masters, seed >> 8);
        uint8 quorum = uint8(bound(seed >> 16, 0, 3));
        RunSpec memory spec = RunSpec(master, address(validators), address(0), quorum, bytes32(seed), "uri", "cpu: 2..");
        vm.prank(owner);
        try registry.createRun(spec) {
            _expect(quorum != 0, "a run has a quorum");
            model.created(owner, master, quorum);
        } catch {
            _expect(quorum == 0, "a good spec makes a run");
        }
    }

    function _offerRun(uint256 runId, address actor, address to) private {
        bool may = model.isOwner(runId, actor);
        vm.prank(actor);
        try registry.offerRun(runId, to) {
            _expect(may, "only the owner offers");
            model.offered(runId, to);
        } catch {
            _expect(!may, "the owner can offer");
        }
    }

    function _acceptRun(uint256 runId, address actor) private {
        bool may = model.runFacts(runId).pendingOwner == actor;
        vm.prank(actor);
        try registry.acceptRun(runId) {
            _expect(may, "only the pending owner accepts");
            model.accepted(runId, actor);
        } catch {
            _expect(!may, "the pending owner can accept");
        }
    }

    function _setMaster(uint256 runId, address actor, address master) private {
        bool may = model.isOwner(runId, actor) && model.isOpen(runId);
        vm.prank(actor);
        try registry.setMaster(runId, master) {
            _expect(may, "only the owner of an open run names a master");
            model.masterSet(runId, master);
        } catch {
            _expect(!may, "the owner can name a master");
        }
    }

    function _setDiscoveryUri(uint256 runId, address actor, bytes memory uri) private {
        bool may = model.isOwner(runId, actor) && model.isOpen(runId) && uri.length <= 256;
        vm.prank(actor);
        try registry.setDiscoveryUri(runId, string(uri)) {
            _expect(may, "only the owner of an open run moves discovery");
        } catch {
            _expect(!may, "the owner can move discovery");
        }
    }

    function _setGate(uint256 runId, address actor, bool gated) private {
        bool may = model.isOwner(runId, actor) && model.isOpen(runId);
        vm.prank(actor);
        try registry.setGate(runId, gated ? address(closedGate) : address(0)) {
            _expect(may, "only the owner of an open run changes the gate");
            model.gateSet(runId, gated);
        } catch {
            _expect(!may, "the owner can change the gate");
        }
    }

    function _closeRun(uint256 runId, address actor) private {
        bool may = model.isOwner(runId, actor) && model.isOpen(runId);
        vm.prank(actor);
        try registry.closeRun(runId) {
            _expect(may, "only the owner closes an open run");
            model.closed(runId);
        } catch {
            _expect(!may, "the owner can close");
        }
    }

    function _unban(uint256 runId, address node, address actor) private {
        bool may = model.isOwner(runId, actor) && model.banned(runId, node);
        vm.prank(actor);
        try registry.unban(runId, node) {
            _expect(may, "only the owner lifts a ban");
            model.unbanned(runId, node);
        } catch {
            _expect(!may, "the owner can lift a ban");
        }
    }

    function _changeValidators(uint256 seed) private {
        address validator = _pick(validatorKeys, seed);
        bool listed = validators.isValidator(0, validator);
        vm.prank(validators.owner());
        if (listed) validators.removeValidator(validator);
        else validators.addValidator(validator);
    }

    function _pendingOrAnyone(uint256 runId, uint256 seed) private view returns (address) {
        address pendingOwner = model.runFacts(runId).pendingOwner;
        return pendingOwner == address(0) || seed % 4 == 0 ? _anyone(seed) : pendingOwner;
    }

    function _matter(uint256 what) private pure returns (Matter) {
        return Matter(what % 9);
    }
}
