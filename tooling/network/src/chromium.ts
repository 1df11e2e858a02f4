import { existsSync } from 'node:fs';
import { aptInstall } from '../../scripts/lib/debian.mjs';

const candidates = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a real Chromium: MUSTER_CHROMIUM, an installed one, or the distribution's package. */
export async function ensureChromium(): Promise<string> {
  const named = process.env['MUSTER_CHROMIUM'];
  if (named) return named;
  const find = () => candidates.find((path) => existsSync(path));
  const installed = find();
  if (installed) return installed;
  await aptInstall(['chromium', 'fonts-inter'], 'Chromium');
  return find() ?? '/usr/bin/chromium';
}
