import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { devBuyer, devChainId } from '@muster/network/chain';
import { demoImage } from '@muster/network/demo-image';
import { type DockerEngine, ensureDockerEngine } from '@muster/network/docker-engine';
import { freePort } from '@muster/network/free-port';
import { type Network, startNetwork } from '@muster/network/network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getRun } from '@muster/chain/actions/get-run';
import { createChainClient } from '@muster/chain/clients';
import { devAccount } from '@muster/chain/dev/dev-accounts';
import { launchBrowser, openPage, screenshot, visit } from './browser.ts';
import { installExtensionWallet } from './extension-wallet.ts';

/** The whole sequence as a buyer clicks through it: real signatures, real chain, real containers. */
describe('a buyer walks through the dashboard', () => {
  let dir: string;
  let engine: DockerEngine;
  let network: Network;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let runId: string;
  let privateTask: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'muster-e2e-'));
    engine = await ensureDockerEngine({ dataDir: join(dir, 'docker') });
    network = await startNetwork({
      dataDir: dir,
      ports: { web: await freePort(), rpc: await freePort() },
      engine,
      extraEnv: { MUSTER_HEARTBEAT_MS: '5000' },
    });
    browser = await launchBrowser();
    ({ page, errors } = await openPage(browser));
  });

  afterAll(async () => {
    await browser?.close();
    await network?.stop();
    await engine?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const byId = (id: string) => page.getByTestId(id);
  const mistake = () => page.getByRole('main').getByRole('alert').or(page.locator('[aria-invalid=true]')).first();

  it('greets a newcomer without a wallet', async () => {
    await visit(page, network.url);
    await byId('connect-button').first().waitFor();
    await screenshot(page, '01-landing');
    expect(await page.title()).toContain('Muster');
  });

  it('connects the development wallet and signs in', async () => {
    await byId('connect-button').first().click();
    await byId('dev-wallet').click();
    await byId('sign-in').first().click();
    await byId('new-run').first().waitFor();
    await screenshot(page, '02-signed-in');
    expect(await page.getByText('0x7099').count()).toBeGreaterThan(0);
  });

  it('names what is wrong with a requirement before anything is signed', async () => {
    await byId('new-run').first().click();
    await byId('requirements').fill('cpus: 4..');
    await page.getByText(/cpus/).nth(1).or(page.getByRole('alert')).first().waitFor();
    await mistake().waitFor();
    await screenshot(page, '03-bad-requirement');
    expect(await mistake().isVisible()).toBe(true);
  });

  it('publishes a run by a transaction', async () => {
    await byId('requirements').fill('cpu: 1.., memory: 512MiB..');
    await byId('create-run').click();
    await page.waitForURL(/\/runs\/\d+$/);
    runId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await screenshot(page, '04-run');
    expect(runId).toMatch(/^\d+$/);
  });

  it('shows a node on its way through the phases until it is healthy', async () => {
    network.addMiner({ runId, port: await freePort(), engine });
    await page.locator('[data-testid=node-row][data-phase=Healthy]').waitFor();
    // What the chain says stands between the master's own events.
    for (const told of ['Run created', 'Registered on chain', 'Approving verdict', 'Approved on chain'])
      await page.getByRole('list', { name: 'Timeline' }).getByText(told, { exact: true }).first().waitFor();
    await screenshot(page, '05-healthy-node');
    expect(await byId('node-row').count()).toBe(1);
  });

  it('points at the offending part of a task specification', async () => {
    await byId('new-task').first().click();
    await byId('spec-editor').fill(`image: ${demoImage}\nreplica: 2\n`);
    await page.getByText('replica', { exact: false }).nth(1).waitFor();
    await mistake().waitFor();
    await screenshot(page, '06-bad-spec');
    expect(await mistake().isVisible()).toBe(true);
  });

  it('runs a task and follows its logs live', async () => {
    await byId('spec-editor').fill(
      `name: walk\nimage: ${demoImage}\ncommand: [sh, -c, 'trap "echo goodbye; exit 0" TERM; i=0; while true; do i=$((i+1)); echo "marching $i"; sleep 0.5; done']\nvolumes: [{ name: data, path: /data }]\nresources: { memory: 64MiB, cpu: 0.2 }\n`,
    );
    await byId('create-task').click();
    await page.waitForURL(/\/tasks\/[0-9a-f-]{36}/);
    await byId('log-view').getByText('marching 3', { exact: false }).first().waitFor();
    await screenshot(page, '07-task-logs');
    expect(await byId('log-view').innerText()).toContain('marching 2');
  });

  it('syncs a volume and offers the snapshot', async () => {
    await byId('sync-volume').first().click();
    await page.locator('a[href*="/api/snapshots/"]').first().waitFor();
    const href = (await page.locator('a[href*="/api/snapshots/"]').first().getAttribute('href')) ?? '';
    const response = await page.request.get(new URL(href, network.url).href);
    expect(response.status()).toBe(200);
    const stranger = await openPage(browser);
    expect((await stranger.page.request.get(new URL(href, network.url).href)).status()).toBe(401);
    await stranger.page.context().close();
  });

  it('restarts the task, then stops it gracefully', async () => {
    await byId('restart-task').click();
    await byId('log-view').getByText('goodbye').first().waitFor();
    // It counts from one again.
    await byId('log-view').getByText('marching 1', { exact: true }).nth(1).waitFor();
    await byId('stop-task').click();
    await byId('confirm').click();
    await page.locator('[data-testid=allocation-row]:is([data-phase=Cancelled], [data-phase=Succeeded])').first().waitFor();
    await screenshot(page, '08-stopped');
    const running = await engine.docker.listContainers({ filters: { label: [`muster.node=${network.keys.node.address}`] } });
    expect(running).toEqual([]);
  });

  it('creates a task for a private image, its credentials sealed to the nodes that there are', async () => {
    await visit(page, `${network.url}/runs/${runId}/tasks/new`);
    await byId('spec-editor').fill(
      `name: private\nimage: ${demoImage}\ncommand: [sleep, '3600']\nresources: { memory: 64MiB, cpu: 0.2 }\n`,
    );
    await byId('registry-fields').locator('summary').click();
    await byId('registry-username').fill('buyer');
    await byId('registry-password').fill('a-password-of-the-registry');
    await byId('create-task').click();
    await page.waitForURL(/\/tasks\/[0-9a-f-]{36}/);
    privateTask = page.url();
    await page.locator('[data-testid=allocation-row][data-phase=Running]').waitFor();
    expect(await byId('credentials-notice').count()).toBe(0);
  });

  it('registers a node from the link of a miner that holds no provider key', async () => {
    const nodeKeyFile = join(dir, 'keys', 'second-node.key');
    const miner = network.addMiner({
      runId,
      port: await freePort(),
      engine,
      name: 'second-miner',
      nodeKeyFile,
      providerAddress: devBuyer.address,
    });
    const offered = await miner.waitForEvent('consent.offered', { timeoutMs: 240_000 });
    await visit(page, String(offered['link']));
    await byId('register-node').click();
    await miner.waitForEvent('registered', { timeoutMs: 240_000 });
    await screenshot(page, '09-registered-by-link');
    await visit(page, `${network.url}/runs/${runId}`);
    await page.locator('[data-testid=node-row][data-phase=Healthy]').nth(1).waitFor();
    expect(await byId('node-row').count()).toBe(2);
  });

  it('says that a node that joined since cannot read the credentials, and seals them again', async () => {
    await visit(page, privateTask);
    await byId('seal-again').click();
    await byId('registry-username').and(page.locator(':focus')).waitFor();
    await screenshot(page, '14-seal-again');
    expect(await byId('credentials-notice').getAttribute('data-unsealed')).toBe('1');
    expect(await byId('seal-submit').isDisabled()).toBe(true);
    await page.keyboard.type('buyer');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a-password-of-the-registry');
    await page.keyboard.press('Enter');
    await page.getByText('Sealed to 2 nodes').first().waitFor();
    await byId('credentials-notice').waitFor({ state: 'detached' });
    await byId('registry-password').waitFor({ state: 'detached' });
  });

  it('shows nothing of the run to somebody else', async () => {
    const { page: other } = await openPage(browser, { width: 390, height: 844 });
    await visit(other, `${network.url}/runs/${runId}`);
    await other.getByTestId('connect-button').first().waitFor();
    await screenshot(other, '10-stranger-mobile');
    expect(await other.getByTestId('node-row').count()).toBe(0);
    await other.context().close();
  });

  it('lets a browser extension in that announces itself, from another chain and after a refusal', async () => {
    const { page: other, errors: uncaught } = await openPage(browser);
    const wallet = await installExtensionWallet(other, { account: devAccount(6), rpcUrl: network.chain.rpcUrl, chainId: 1 });
    await visit(other, network.url);
    await other.getByTestId('connect-button').first().click();
    await other.getByTestId('wallet-test.muster.satchel').click();
    await other.getByTestId('sign-in').first().waitFor();
    await screenshot(other, '12-extension-sign-in');
    wallet.declineNext();
    await other.getByTestId('sign-in').first().click();
    await other.getByRole('dialog').getByRole('alert').waitFor();
    await screenshot(other, '13-extension-declined');
    await other.getByTestId('sign-in').first().click();
    await other.getByTestId('new-run').first().click();
    await other.getByTestId('requirements').fill('cpu: 1..');
    await other.getByTestId('create-run').click();
    await other.waitForURL(/\/runs\/\d+$/);
    await other.getByText(devAccount(6).address.slice(0, 6)).first().waitFor();
    expect(wallet.asked).toContain('wallet_switchEthereumChain');
    expect(wallet.asked).toContain('eth_sendTransaction');
    expect(uncaught).toEqual([]);
    await other.context().close();
  });

  it('closes the run by a transaction', async () => {
    await visit(page, `${network.url}/runs/${runId}`);
    await byId('close-run').click();
    await byId('confirm').click();
    // Nobody is asked any more: the page has heard from the chain.
    await byId('close-run').waitFor({ state: 'detached' });
    await screenshot(page, '11-closed');
    const client = createChainClient({ chainId: devChainId, rpcUrl: network.chain.rpcUrl });
    expect((await getRun({ client, registry: network.chain.registry }, runId)).closedAt).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });
});
