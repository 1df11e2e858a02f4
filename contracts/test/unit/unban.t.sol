// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract UnbanTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.unban(7, node);
    }

    function test_WhenTheCallerIsNotTheOwner() external {
        _register();
        _eject(true);
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        vm.prank(master);
        registry.unban(runId, node);
    }

    function test_WhenTheNodeIsNotBanned() external {
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NodeIsNotBanned.selector, runId, node));
        _unban();
    }

    function test_WhenTheNodeIsBanned() external {
        _register();
        _eject(true);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.Unbanned(runId, node);
        _unban();
        assertTrue(!_registration().banned, "not banned");
        _assertStanding(Standing.Ejected);
        _skip(1 hours);
        _register();
        _assertStanding(Standing.Pending);
    }

    function _unban() private {
        vm.prank(owner);
        registry.unban(runId, node);
    }
}
