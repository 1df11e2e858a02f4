// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IComputeRegistry} from "../../src/interfaces/IComputeRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract SetDiscoveryUriTest is RegistryTest {
    string private constant URI = "https://elsewhere.example/discovery";

    function test_WhenTheRunDoesNotExist() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunNotFound.selector, 7));
        vm.prank(owner);
        registry.setDiscoveryUri(7, URI);
    }

    function test_WhenTheCallerIsNotTheOwner() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.NotRunOwner.selector, runId, master));
        vm.prank(master);
        registry.setDiscoveryUri(runId, URI);
    }

    function test_WhenTheRunIsClosed() external {
        _closeRun();
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.RunIsClosed.selector, runId));
        _setDiscoveryUri(URI);
    }

    function test_WhenTheUriIsTooLong() external {
        _expectRevert(abi.encodeWithSelector(IComputeRegistry.StringTooLong.selector, 257, 256));
        _setDiscoveryUri(_bytes(257));
    }

    function test_WhenTheUriFits() external {
        vm.expectEmit(address(registry));
        emit IComputeRegistry.DiscoveryUriChanged(runId, URI);
        _setDiscoveryUri(URI);
        assertEq(registry.getRun(runId).discoveryUri, URI, "discovery URI");
    }

    function _setDiscoveryUri(string memory uri) private {
        vm.prank(owner);
        registry.setDiscoveryUri(runId, uri);
    }
}
