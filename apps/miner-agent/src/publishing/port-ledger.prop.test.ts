import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { testOutcome, testRecord, testSpec } from '../testing/test-record.ts';
import { freePorts, lackOfPorts } from './port-ledger.ts';
import { parsePortRange, sizeOfRange } from './port-range.ts';

const portOf = (index: number) => ({ name: `p${index}`, port: 8000 + index, protocol: 'tcp' as const });
const ranges = fc
  .record({ from: fc.integer({ min: 1024, max: 60_000 }), size: fc.integer({ min: 1, max: 50 }) })
  .map(({ from, size }) => ({ from, to: from + size - 1 }));
/** What comes in and what ends, in any order. */
const steps = fc.array(fc.oneof(fc.record({ ask: fc.integer({ min: 1, max: 6 }) }), fc.record({ end: fc.nat() })), { maxLength: 60 });

describe('the ledger of ports', () => {
  it('gives nobody a port that somebody has, refuses exactly what does not fit, and forgets nothing in a restart', () => {
    fc.assert(
      fc.property(ranges, steps, (range, happenings) => {
        let records: AllocationRecord[] = [];
        for (const [index, step] of happenings.entries()) {
          if ('end' in step) {
            const at = records.length === 0 ? -1 : step.end % records.length;
            records = records.map((record, i) => (i === at ? { ...record, outcome: testOutcome() } : record));
          } else {
            const free = freePorts(range, records);
            const lack = lackOfPorts(range, records, step.ask);
            expect(lack === null).toBe(free.length >= step.ask);
            if (lack !== null) continue;
            const ports = Array.from({ length: step.ask }, (_, i) => portOf(i));
            const chosen = ports.map(({ name }, i) => ({ name, hostPort: free[i] ?? 0 }));
            records.push(testRecord({ allocationId: `a${index}`, spec: testSpec({ ports, network: 'egress' }), ports: chosen }));
          }
          // A restart has the records and nothing else.
          records = JSON.parse(JSON.stringify(records));
          const held = records.filter(({ outcome }) => outcome === null).flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort));
          expect(new Set(held).size).toBe(held.length);
          expect(held.every((port) => port >= range.from && port <= range.to)).toBe(true);
          expect(freePorts(range, records)).toHaveLength(sizeOfRange(range) - held.length);
        }
      }),
    );
  });

  it('has room for nothing without a range, and for whoever wants none always', () => {
    expect(lackOfPorts(null, [], 1)).toBe('0 of 0 ports are left, 1 are asked for');
    expect(lackOfPorts(null, [], 0)).toBeNull();
  });
});

describe('a range', () => {
  it.each([
    ['40000-40099', { from: 40_000, to: 40_099 }],
    ['40000', { from: 40_000, to: 40_000 }],
    ['1023-1030', undefined],
    ['40099-40000', undefined],
    ['40000-70000', undefined],
    ['30000-31000', undefined],
    ['40000:40099', undefined],
    ['', undefined],
  ])('%j is %o', (text, range) => expect(parsePortRange(text)).toEqual(range));
});
