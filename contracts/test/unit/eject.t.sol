// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract EjectTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.eject(7, node, 1, false, "");
    }

    function test_WhenTheRunIsClosed() external {
        _register();
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _ejectBy(owner, 1, false, "");
    }

    function test_WhenTheNodeIsNotLive() external {
        _register();
        _reject();
        bytes4 selector = IComputeRegistry.NotLive.selector;
        _expectRevert(abi.encodeWithSelector(selector, runId, node, Standing.Rejected));
        _ejectBy(owner, 1, false, "");
    }

    function test_WhenTheCallerIsNeitherMasterNorOwner() external {
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotMasterOrOwner.selector, runId, alpha));
        _ejectBy(alpha, 1, false, "");
    }

    function test_WhenTheCallerWasTheMasterBefore() external {
        _register();
        vm.prank(owner);
        registry.setMaster(runId, stranger);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotMasterOrOwner.selector, runId, master));
        _ejectBy(master, 1, false, "");
    }

    function test_WhenTheMasterBans() external {
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        _ejectBy(master, 1, true, "");
    }

    function test_WhenAnotherRegistrationIsMeant() external {
        _register();
        _leave();
        _skip(1 hours);
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.SeqMismatch.selector, 1, 2));
        _ejectBy(owner, 1, false, "");
    }

    function test_WhenTheReasonIsTooLong() external {
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.StringTooLong.selector, 257, 256));
        _ejectBy(owner, 1, false, _bytes(257));
    }

    function test_WhenTheMasterEjectsAPendingNode() external {
        _register();
        _skip(10 minutes);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.Ended(runId, node, master, 1, Standing.Ejected, false, "no GPU");
        _ejectBy(master, 1, false, "no GPU");
        _assertStanding(Standing.Ejected);
        assertEq(_registration().endedAt, START + 10 minutes, "ended at");
        assertTrue(!_registration().banned, "not banned");
    }

    function test_WhenTheOwnerEjectsAnApprovedNode() external {
        _register();
        _approve();
        _skip(10 minutes);
        _ejectBy(owner, 1, false, "");
        _skip(10 minutes);
        assertEq(_registration().pastSeconds, 10 minutes, "past seconds");
        assertEq(registry.approvedSeconds(runId, node), 10 minutes, "approved seconds");
    }

    function test_WhenTheOwnerBans() external {
        _register();
        vm.expectEmit(address(registry));
        emit IComputeRegistry.Ended(runId, node, owner, 1, Standing.Ejected, true, "cheats");
        _ejectBy(owner, 1, true, "cheats");
        _assertStanding(Standing.Ejected);
        assertTrue(_registration().banned, "banned");
    }

    function _ejectBy(address actor, uint32 seq, bool ban, string memory reason) private {
        vm.prank(actor);
        registry.eject(runId, node, seq, ban, reason);
    }
}
