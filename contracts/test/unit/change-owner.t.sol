// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract ChangeOwnerTest is RegistryTest {
    address private immutable successor = _named("successor");

    function test_WhenAnUnknownRunIsOffered() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.offerRun(7, successor);
    }

    function test_WhenSomebodyElseThanTheOwnerOffers() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        vm.prank(master);
        registry.offerRun(runId, successor);
    }

    function test_WhenTheOwnerOffers() external {
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RunOwnershipOffered(runId, owner, successor);
        _offer(successor);
        assertEq(registry.getRun(runId).owner, owner, "owner");
        assertEq(registry.getRun(runId).pendingOwner, successor, "pending owner");
    }

    function test_WhenAnUnknownRunIsAccepted() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        _accept(7);
    }

    function test_WhenNothingWasOfferedToTheCaller() external {
        _offer(stranger);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotPendingOwner.selector, runId, successor));
        _accept(runId);
    }

    function test_WhenTheOwnerWithdrewTheOffer() external {
        _offer(successor);
        _offer(address(0));
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotPendingOwner.selector, runId, successor));
        _accept(runId);
    }

    function test_WhenThePendingOwnerAccepts() external {
        _offer(successor);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.RunOwnerChanged(runId, owner, successor);
        _accept(runId);
        assertEq(registry.getRun(runId).owner, successor, "owner");
        assertEq(registry.getRun(runId).pendingOwner, address(0), "pending owner");

        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, owner));
        vm.prank(owner);
        registry.closeRun(runId);
        vm.prank(successor);
        registry.closeRun(runId);
    }

    function test_WhenTheRunIsClosed() external {
        _closeRun();
        _offer(successor);
        _accept(runId);
        assertEq(registry.getRun(runId).owner, successor, "owner");
    }

    function _offer(address to) private {
        vm.prank(owner);
        registry.offerRun(runId, to);
    }

    function _accept(uint256 run) private {
        vm.prank(successor);
        registry.acceptRun(run);
    }
}
