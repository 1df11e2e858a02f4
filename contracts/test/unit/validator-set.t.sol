// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ValidatorSet} from "../../src/ValidatorSet.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

contract ValidatorSetTest is RegistryTest {
    function test_WhenItIsDeployed() external view {
        assertTrue(validators.isValidator(1, alpha), "alpha for run 1");
        assertTrue(validators.isValidator(2, gamma), "gamma for run 2");
        assertTrue(!validators.isValidator(1, stranger), "no stranger");
        assertEq(validators.owner(), owner, "owner");
    }

    function test_WhenAnEntryIsZero() external {
        _expectRevert(abi.encodeWithSelector(ValidatorSet.ZeroValidator.selector));
        _add(address(0));
    }

    function test_WhenAnEntryComesTwice() external {
        _expectRevert(abi.encodeWithSelector(ValidatorSet.AlreadyValidator.selector, alpha));
        _add(alpha);
    }

    function test_WhenSomebodyElseThanTheOwnerAdds() external {
        _expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, alpha));
        vm.prank(alpha);
        validators.addValidator(stranger);
    }

    function test_WhenTheOwnerAdds() external {
        vm.expectEmit(address(validators));
        emit ValidatorSet.ValidatorAdded(stranger);
        _add(stranger);
        assertTrue(validators.isValidator(1, stranger), "listed");
    }

    function test_WhenSomebodyElseThanTheOwnerRemoves() external {
        _expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, alpha));
        vm.prank(alpha);
        validators.removeValidator(beta);
    }

    function test_WhenTheRemovedWasNeverListed() external {
        _expectRevert(abi.encodeWithSelector(ValidatorSet.NotOnList.selector, stranger));
        vm.prank(owner);
        validators.removeValidator(stranger);
    }

    function test_WhenTheOwnerRemoves() external {
        vm.expectEmit(address(validators));
        emit ValidatorSet.ValidatorRemoved(alpha);
        vm.prank(owner);
        validators.removeValidator(alpha);
        assertTrue(!validators.isValidator(1, alpha), "listed no more");
    }

    function test_WhenTheListIsHandedOver() external {
        vm.prank(owner);
        validators.transferOwnership(stranger);
        assertEq(validators.owner(), owner, "owner until accepted");
        vm.prank(stranger);
        validators.acceptOwnership();
        assertEq(validators.owner(), stranger, "owner afterwards");
    }

    function _add(address validator) private {
        vm.prank(owner);
        validators.addValidator(validator);
    }
}
