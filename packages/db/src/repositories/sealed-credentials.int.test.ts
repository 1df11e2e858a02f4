import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { createRunWithNodes, createTaskIn } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { recordKeyStatement } from './node-states.ts';
import { listRegistered } from './nodes.ts';
import { countCredentials, listCredentialHolders, listUsableCredentials, saveSealedCredentials } from './sealed-credentials.ts';

describe('sealed credentials', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  it('have holders, told without what is sealed; a node that states another key is none', async () => {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 2);
    const { taskId } = await createTaskIn(db, runId);
    const encryptionKey = hashOf('key');
    const [node = ''] = nodes;
    await recordKeyStatement(db, { runId, node, seq: 1, envelope: { message: { encryptionKey } } });
    await saveSealedCredentials(
      db,
      nodes.map((each) => ({ taskId, node: each, encryptionKey, sealed: '0x1234' as const })),
    );
    expect(await listCredentialHolders(db, [taskId])).toEqual([{ taskId, node }]);
    expect(await listUsableCredentials(db, [taskId])).toEqual([{ taskId, node, encryptionKey, sealed: '0x1234' }]);
    expect(await listCredentialHolders(db, [])).toEqual([]);
  });

  it('are counted over the nodes at work, for tasks that need them and go on', async () => {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 3);
    const [reader = '', newcomer = '', silent = ''] = nodes;
    const { taskId } = await createTaskIn(db, runId, { needsCredentials: true });
    const without = await createTaskIn(db, runId);
    const count = () => countCredentials(db, [taskId, without.taskId]);
    expect(await count()).toEqual([{ taskId, sealed: 0, unsealed: 0 }]);
    await db.pool.query(`UPDATE "NodeState" SET phase = 'Healthy' WHERE "runId" = $1`, [runId]);
    const state = (node: string, key: string) =>
      recordKeyStatement(db, { runId, node, seq: 1, envelope: { message: { encryptionKey: hashOf(key) } } });
    await state(reader, 'key');
    await state(newcomer, 'other');
    await saveSealedCredentials(db, [{ taskId, node: reader, encryptionKey: hashOf('key'), sealed: '0x1234' }]);
    expect(await count()).toEqual([{ taskId, sealed: 1, unsealed: 1 }]);
    // Its data was lost: it has another key since, and cannot open what was sealed to the first.
    await state(reader, 'new');
    await state(silent, 'third');
    expect(await count()).toEqual([{ taskId, sealed: 0, unsealed: 3 }]);
    await db.pool.query(`UPDATE "Task" SET "endedAt" = now() WHERE "taskId" = $1`, [taskId]);
    expect(await count()).toEqual([]);
  });

  it('are for nodes of the run: which are is one question', async () => {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 2);
    expect(new Set(await listRegistered(db, { runId, nodes: [...nodes, addressOf(9)] }))).toEqual(new Set(nodes));
  });
});
