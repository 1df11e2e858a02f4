import { startDevChain, type DevChain } from '@muster/chain/testing/dev-chain';
import { createTestDatabase, type TestDatabase } from '@muster/db/testing/test-database';
import { musterDomain, type MusterDomain } from '@muster/protocol/messages/domain';
import type { Limits } from '../app/limits.ts';
import { signInBuyer, type TestBuyer } from './test-buyer.ts';
import { startTestNode, type TestNode } from './test-node.ts';
import { startTestServer, type TestServer } from './test-server.ts';
import { openTestSession, type TestSession } from './test-session.ts';
import { waitUntil } from './wait-until.ts';

export type Stage = {
  chain: DevChain;
  database: TestDatabase;
  domain: MusterDomain;
  server: TestServer;
  buyer: TestBuyer;
  /** A run of the buyer's, with this server as master and discovery, that the server has seen. */
  createRun(): Promise<string>;
  /** A registered node, announced and approved, that has acknowledged its invite. */
  createInvitedNode(runId: string): Promise<TestNode>;
  openSession(node: TestNode, generation?: number, orderEpoch?: number): Promise<TestSession>;
  /** `meanwhile`: while no server looks. */
  restartServer(meanwhile?: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Chain, database, server and a signed-in buyer: everything real but the containers. One per test file. A node may be silent for twice
 * `heartbeatMs` before it counts as ill: no test should depend on how quickly it gets from one beat to the next.
 */
export async function setUpStage({
  heartbeatMs = 30_000,
  limits = {},
  startWithinMs,
}: { heartbeatMs?: number; limits?: Partial<Limits>; startWithinMs?: number } = {}): Promise<Stage> {
  const [chain, database] = await Promise.all([startDevChain(), createTestDatabase()]);
  const options = { databaseUrl: database.url, chain, heartbeatMs, limits, ...(startWithinMs === undefined ? {} : { startWithinMs }) };
  let server = await startTestServer(options);
  const buyer = await signInBuyer(server.url, chain.account('buyer'));
  const nodes: TestNode[] = [];
  const sessions: TestSession[] = [];
  const domain = musterDomain({ chainId: chain.anvil.chainId, registry: chain.addresses.registry });

  return {
    chain,
    database,
    domain,
    buyer,
    get server() {
      return server;
    },
    async createRun() {
      const runId = await chain.createRun({ discoveryUri: `${server.url}/discovery` });
      await waitUntil('the run in the mirror', () => buyer.client.run.get.query({ runId }).catch(() => null));
      return runId;
    },
    async createInvitedNode(runId) {
      const node = await startTestNode({ chain, runId, url: server.url });
      nodes.push(node);
      await node.announce();
      await node.approve();
      await waitUntil('an invite', () => node.invites.length > 0);
      return node;
    },
    async openSession(node, generation = 1, orderEpoch = 0) {
      const accepted = node.invites.at(-1);
      if (!accepted) throw new Error('the node has no invite');
      const session = await openTestSession({ node, accepted, domain, generation, orderEpoch });
      sessions.push(session);
      return session;
    },
    async restartServer(meanwhile) {
      const { port } = server;
      await server.stop();
      await meanwhile?.();
      server = await startTestServer({ ...options, port });
    },
    async stop() {
      await Promise.all(sessions.map((session) => session.close()));
      await Promise.all(nodes.map((node) => node.stop()));
      await buyer.close();
      await server.stop();
      await Promise.all([chain.stop(), database.remove()]);
    },
  };
}
