import { AppError } from '@muster/protocol/errors/app-error';
import {
  chainRules,
  fenceChains,
  hookChanges,
  hookRemovals,
  restoreText,
  type Family,
  type HookChain,
} from '../../isolation/fence-rules.ts';
import type { Address } from 'viem';
import { isMissing, runTool, type ToolResult } from './run-tool.ts';

const HOOKS: readonly HookChain[] = ['DOCKER-USER', 'FORWARD', 'INPUT'];
/** Docker and others change rules too: wait for the lock. */
const WAIT = ['-w', '5'];
const programOf = (family: Family) => (family === 4 ? 'iptables' : 'ip6tables');

/** One family's half of the fence. Whatever changes, changes in one transaction. */
export function createIptables(node: Address, family: Family) {
  const program = programOf(family);
  let written: { wanted: string; found: string } | null = null;

  /** Null for a chain that is not there, such as Docker's where Docker has no rules. */
  async function listing(chain: HookChain): Promise<string | null> {
    const result = await runTool(program, [...WAIT, '-S', chain]);
    if (result.code === 0) return result.stdout;
    if (chain === 'DOCKER-USER' && !isMissing(result) && !isForbidden(result)) return null;
    throw unusable(program, result);
  }

  async function restore(lines: readonly string[]): Promise<void> {
    const result = await runTool(`${program}-restore`, [...WAIT, '--noflush'], { input: restoreText(lines) });
    if (result.code !== 0) throw unusable(`${program}-restore`, result);
  }

  async function changesOf(change: (chain: HookChain, listing: string) => string[]): Promise<string[]> {
    const changes: string[] = [];
    for (const chain of HOOKS) {
      const found = await listing(chain);
      if (found !== null) changes.push(...change(chain, found));
    }
    return changes;
  }

  /** Our own chains as they stand; '' for one that is not there. */
  async function ownRules(): Promise<string> {
    const { input, forward } = fenceChains(node);
    const listings = await Promise.all([input, forward].map((chain) => runTool(program, [...WAIT, '-S', chain])));
    return listings.map(({ code, stdout }) => (code === 0 ? stdout : '')).join('');
  }

  return {
    async raise(denied: readonly string[]): Promise<void> {
      const hooks = await changesOf((chain, found) => hookChanges(node, chain, found));
      const rules = chainRules(node, family, denied);
      const wanted = rules.join('\n');
      // Written anew, the counters would begin anew, and a probe under way would take it that its packets never came. Hooks have to move often:
      // with every network that it makes, an engine puts rules of its own first.
      const stands = written?.wanted === wanted && written.found === (await ownRules());
      if (stands) return hooks.length === 0 ? undefined : restore(hooks);
      await restore([...rules, ...hooks]);
      const found = await ownRules();
      // As iptables words them; what somebody has changed in between is no model.
      written = countRules(found) === countRules(wanted) ? { wanted, found } : null;
    },
    /** How many packets the fence has refused since its rules were last written. */
    async refusals(): Promise<number> {
      const { input, forward } = fenceChains(node);
      const listings = await Promise.all([input, forward].map((chain) => runTool(program, [...WAIT, '-nvxL', chain])));
      const lines = listings.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line.includes(' REJECT '));
      return lines.reduce((sum, line) => sum + Number(/^\s*(\d+)/.exec(line)?.[1] ?? 0), 0);
    },
    async lower(): Promise<void> {
      const { input, forward } = fenceChains(node);
      // Where no rules can be read, none of ours was ever set.
      const hooks = await changesOf((chain, found) => hookRemovals(node, chain, found)).catch(() => null);
      if (hooks === null) return;
      if (hooks.length > 0) await restore(hooks);
      for (const chain of [input, forward]) {
        await runTool(program, [...WAIT, '-F', chain]);
        await runTool(program, [...WAIT, '-X', chain]);
      }
    },
  };
}

const countRules = (text: string): number => text.split('\n').filter((line) => line.startsWith('-A ')).length;

const isForbidden = ({ stderr }: ToolResult): boolean => /permission denied|must be root|not permitted/i.test(stderr);

function unusable(program: string, result: ToolResult): AppError {
  const [problem, hint] = isMissing(result)
    ? [`${program} is not installed`, 'Install it (Debian: apt-get install iptables); beside nftables, iptables-nft works.']
    : isForbidden(result)
      ? [`this user may not set firewall rules`, 'Run the agent as root.']
      : [`${program} fails: ${result.stderr.trim().slice(0, 300)}`, 'Repair it, or look for another program that keeps its lock.'];
  return new AppError('EGRESS_UNAVAILABLE', { publicMessage: `The node cannot fence containers off: ${problem}`, hint });
}
