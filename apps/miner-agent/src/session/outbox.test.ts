import { expect, it } from 'vitest';
import { createStatusBoard } from '../reconcile/status-board.ts';
import { newContainer } from '../testing/model-engine.ts';
import { TEST_NODE, testRecord } from '../testing/test-record.ts';
import { createOutbox } from './outbox.ts';

const record = testRecord();
const { allocationId } = record;

function setup() {
  const board = createStatusBoard(() => 1);
  const outbox = createOutbox({
    board,
    logs: { pending: async () => [], acknowledge: async () => undefined },
    keyStatement: () => null,
    onReported: () => undefined,
    onDelivered: () => undefined,
    monotonic: () => 0,
  });
  return { board, outbox };
}

it('lets a start that is under way wait for company, and a container that runs go at once', () => {
  const { board, outbox } = setup();
  outbox.addResult({ orderId: 'an order', ok: true });
  board.refresh([record], new Map());
  board.setActivity(allocationId, { step: 'create' });
  board.refresh([record], new Map());
  expect(outbox.isUrgent()).toBe(false);

  board.refresh(
    [record],
    new Map([[allocationId, newContainer(record, TEST_NODE, { state: 'running', startedAt: '2026-01-01T00:00:00Z' })]]),
  );
  expect(outbox.isUrgent()).toBe(true);
  board.confirm(board.unreported(10));
  expect(outbox.isUrgent()).toBe(false);
});

it('tells of an order that was refused at once', () => {
  const { outbox } = setup();
  outbox.addResult({ orderId: 'an order', ok: false, error: { code: 'POLICY_REFUSED', message: 'not here' } });
  expect(outbox.isUrgent()).toBe(true);
});
