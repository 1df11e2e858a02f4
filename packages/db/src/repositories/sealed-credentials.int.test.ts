import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { createRunWithNodes, createTaskIn } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { recordKeyStatement } from './node-states.ts';
import { listRegistered } from './nodes.ts';
import { listCredentialHolders, listUsableCredentials, saveSealedCredentials } from './sealed-credentials.ts';

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

  it('are for nodes of the run: which are is one question', async () => {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 2);
    expect(new Set(await listRegistered(db, { runId, nodes: [...nodes, addressOf(9)] }))).toEqual(new Set(nodes));
  });
});
