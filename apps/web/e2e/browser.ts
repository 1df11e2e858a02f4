import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, chromium } from 'playwright-core';
import { ensureChromium } from '@muster/network/chromium';

const folder = fileURLToPath(new URL('../../../screenshots/', import.meta.url));

// For what hangs, not for what is slow.
const limitMs = 240_000;

// A machine that reaches nothing but itself: without these flags Chromium spends its first seconds asking for its maker's hosts.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureChromium(), args, timeout: limitMs });
}

/** A page of a fresh profile whose uncaught errors are collected. */
export async function openPage(browser: Browser, { width = 1440, height = 900 } = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(limitMs);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, errors };
}

/** Opens an address and waits until the page's scripts have taken over: what is clicked or typed before that is lost. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(`Object.keys(document).some((key) => key.startsWith('__reactContainer$'))`);
}

/** Saves what a person would see, for a person to look at (git ignores the folder). */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
}
