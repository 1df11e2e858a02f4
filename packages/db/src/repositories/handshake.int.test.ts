import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { fresh } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { findAnnouncement, saveAnnouncement } from './announcements.ts';
import { createAuthSession, deleteAuthSession, findAuthSession } from './auth-sessions.ts';
import { findEvidence, listEvidence, saveEvidence } from './evidence.ts';
import { createNonceStore } from './nonces.ts';
import { consumeSiweNonce, createSiweNonce } from './siwe.ts';
import { sweepExpired } from './sweep.ts';

const inAnHour = () => new Date(Date.now() + 3_600_000);
const anHourAgo = () => new Date(Date.now() - 3_600_000);

describe('handshakes and sign-ins', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  const announcement = (over: object = {}) => ({
    runId: '1',
    node: addressOf(fresh()),
    seq: 1,
    sequence: 1,
    envelope: { v: 1 },
    capabilities: {},
    expiresAt: inAnHour(),
    ...over,
  });

  it('keeps the newest announcement of a node, by registration and then by sequence', async () => {
    const first = announcement();
    const save = (over: object) => saveAnnouncement(test.db, { ...first, ...over });
    expect(await save({ sequence: 5, envelope: { v: 5 } })).toBe(true);
    expect(await save({ sequence: 5, envelope: { v: 'again' } })).toBe(false);
    expect(await save({ sequence: 4, envelope: { v: 4 } })).toBe(false);
    expect(await save({ seq: 2, sequence: 1, envelope: { v: 'next life' } })).toBe(true);
    expect(await save({ seq: 1, sequence: 9 })).toBe(false);
    expect(await findAnnouncement(test.db, first)).toMatchObject({ seq: 2, sequence: 1, envelope: { v: 'next life' } });
  });

  it('forgets an announcement when it expires', async () => {
    const old = announcement({ expiresAt: anHourAgo() });
    await saveAnnouncement(test.db, old);
    expect(await findAnnouncement(test.db, old)).toBeNull();
  });

  it('remembers a nonce once per signer, whoever asks at the same time', async () => {
    const store = createNonceStore(test.db);
    const [signer, other] = [addressOf(fresh()), addressOf(fresh())];
    const until = inAnHour().getTime();
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.remember(signer, '0x01', until)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await store.remember(other, '0x01', until)).toBe(true);
    expect(await createNonceStore(test.db).remember(signer, '0x01', until)).toBe(false);
  });

  it('lets a sign-in nonce be used once and in time', async () => {
    const expiresAt = await createSiweNonce(test.db, 'abc', 60_000);
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
    const uses = await Promise.all([1, 2, 3].map(() => consumeSiweNonce(test.db, 'abc')));
    expect(uses.filter(Boolean)).toHaveLength(1);
    await createSiweNonce(test.db, 'late', -1);
    expect(await consumeSiweNonce(test.db, 'late')).toBe(false);
    expect(await consumeSiweNonce(test.db, 'never issued')).toBe(false);
  });

  it('knows a signed-in wallet until it signs out or expires', async () => {
    const address = addressOf(1);
    await createAuthSession(test.db, { tokenHash: 'a', address, ttlMs: 60_000 });
    await createAuthSession(test.db, { tokenHash: 'old', address, ttlMs: -1 });
    expect(await findAuthSession(test.db, 'a')).toMatchObject({ address });
    expect(await findAuthSession(test.db, 'old')).toBeNull();
    expect(await deleteAuthSession(test.db, 'a')).toBe(true);
    expect(await deleteAuthSession(test.db, 'a')).toBe(false);
    expect(await findAuthSession(test.db, 'a')).toBeNull();
  });

  it('keeps evidence as it was first published', async () => {
    const evidence = { hash: hashOf('e1'), runId: '1', node: addressOf(2), validator: addressOf(3), document: { text: 'with nul \0' } };
    await saveEvidence(test.db, evidence);
    await saveEvidence(test.db, { ...evidence, document: { text: 'other' } });
    expect(await findEvidence(test.db, evidence.hash)).toMatchObject({ document: { text: 'with nul \uFFFD' } });
    expect(await listEvidence(test.db, [evidence.hash, hashOf('unknown')])).toHaveLength(1);
  });

  it('sweeps what has expired and nothing else', async () => {
    const { db } = test;
    const signer = addressOf(fresh());
    await createNonceStore(db).remember(signer, '0x02', anHourAgo().getTime());
    await createNonceStore(db).remember(signer, '0x03', inAnHour().getTime());
    const live = announcement();
    await saveAnnouncement(db, live);
    await sweepExpired(db);
    const { rows } = await db.pool.query('SELECT nonce FROM "SeenNonce" WHERE signer = $1', [signer]);
    expect(rows).toEqual([{ nonce: '0x03' }]);
    expect(await findAnnouncement(db, live)).not.toBeNull();
  });
});
