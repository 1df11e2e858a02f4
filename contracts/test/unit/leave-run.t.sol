// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry, RunSpec, Standing} from "../../src/interfaces/IComputeRegistry.sol";
import {BreakablePlugin} from "../helpers/Plugins.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract LeaveRunTest is RegistryTest {
    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(provider);
        registry.leaveRun(7, node);
    }

    function test_WhenTheRunIsClosed() external {
        _register();
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _leave();
    }

    function test_WhenTheNodeNeverRegistered() external {
        _expectNotLive(Standing.None);
        _leave();
    }

    function test_WhenTheNodeHasLapsed() external {
        _register();
        _skip(3 days);
        _expectNotLive(Standing.Lapsed);
        _leave();
    }

    function test_WhenTheNodeHasLeftAlready() external {
        _register();
        _leave();
        _expectNotLive(Standing.Left);
        _leave();
    }

    function test_WhenTheCallerIsNeitherProviderNorNode() external {
        _register();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotProviderOrNode.selector, runId, node, master));
        vm.prank(master);
        registry.leaveRun(runId, node);
    }

    function test_WhenTheProviderTakesOutAPendingNode() external {
        _register();
        _skip(10 minutes);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.Ended(runId, node, provider, 1, Standing.Left, false, "");
        _leave();
        _assertStanding(Standing.Left);
        assertEq(_registration().endedAt, START + 10 minutes, "ended at");
        assertEq(_registration().pastSeconds, 0, "past seconds");
        (, uint256 activeRunId) = registry.nodeInfo(node);
        assertEq(activeRunId, 0, "active run");
    }

    function test_WhenTheNodeTakesItselfOutWhileApproved() external {
        _register();
        _approve();
        _skip(10 minutes);
        vm.expectEmit(address(registry));
        emit IComputeRegistry.Ended(runId, node, node, 1, Standing.Left, false, "");
        vm.prank(node);
        registry.leaveRun(runId, node);
        _assertStanding(Standing.Left);
        assertEq(_registration().pastSeconds, 10 minutes, "past seconds");
    }

    function test_WhenBothPlugInsAreBroken() external {
        BreakablePlugin plugin = new BreakablePlugin();
        RunSpec memory spec = _spec();
        (spec.gate, spec.validators) = (address(plugin), address(plugin));
        runId = _createRun(spec);
        _register();
        _approve();
        plugin.breakDown();
        _leave();
        _assertStanding(Standing.Left);
    }

    function _expectNotLive(Standing standing) private {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotLive.selector, runId, node, standing));
    }
}
