import { chainFaults } from './cases/chain.ts';
import { crashFaults } from './cases/crash.ts';
import { cutOffFaults } from './cases/cut-off.ts';
import { diskFaults } from './cases/disk.ts';
import { engineFaults } from './cases/engine.ts';
import { firewallFaults } from './cases/firewall.ts';
import { machineFaults } from './cases/machine.ts';
import { ownerFaults } from './cases/owner.ts';
import type { Fault } from './fault.ts';

export const FAULTS: readonly Fault[] = [
  ...crashFaults,
  ...engineFaults,
  ...cutOffFaults,
  ...machineFaults,
  ...firewallFaults,
  ...diskFaults,
  ...chainFaults,
  ...ownerFaults,
];
