import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { StepError } from '../../scripts/lib/steps.mjs';
import { signalGroup, waitForExit } from './process-group.ts';

/** One JSON log line of a daemon; `event` names what happened. */
export interface LogEvent {
  event: string;
  [field: string]: unknown;
}

export interface ProcessOptions {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  logFile: string;
  /** After SIGTERM, how long until the whole group is killed. */
  graceMs?: number;
}

const LAST_WORDS_MS = 10_000;

interface Waiter {
  matches(event: LogEvent): boolean;
  resolve(event: LogEvent): void;
}

/** A daemon in its own process group, so that a Ctrl-C on the terminal reaches it through us alone and in order. */
export class ManagedProcess {
  readonly name: string;
  readonly events: LogEvent[] = [];
  readonly #child: ChildProcess;
  readonly #options: ProcessOptions;
  readonly #exited: Promise<void>;
  readonly #lastLines: string[] = [];
  #waiters: Waiter[] = [];

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = createWriteStream(options.logFile, { flags: 'a' });
    this.#child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outputs = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null);
    const read = outputs.map((input) => {
      const lines = createInterface({ input }).on('line', (line) => (log.write(`${line}\n`), this.#onLine(line)));
      return once(lines, 'close');
    });
    this.#exited = waitForExit(this.#child).then(async () => {
      // Its last words may come after its end; what it leaves running may hold on to its output.
      await Promise.race([Promise.all(read), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    });
    void this.#exited.then(() => log.end());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** How it ended, in words. */
  get end(): string {
    const { exitCode, signalCode } = this.#child;
    return signalCode === null ? `exit code ${exitCode}` : `killed by ${signalCode}`;
  }

  get exited(): Promise<void> {
    return this.#exited;
  }

  #onLine(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > 40) this.#lastLines.shift();
    const event = parseEvent(line);
    if (!event) return;
    this.events.push(event);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (!waiter.matches(event)) return true;
      waiter.resolve(event);
      return false;
    });
  }

  /** The first log event that matches, also one that was printed already. Fails when the process ends or time is up. */
  async waitForEvent(
    name: string,
    { timeoutMs, where = () => true }: { timeoutMs: number; where?: (event: LogEvent) => boolean },
  ): Promise<LogEvent> {
    const matches = (event: LogEvent) => event.event === name && where(event);
    const seen = this.events.find(matches);
    if (seen) return seen;
    let timer: NodeJS.Timeout | undefined;
    const outcome = await Promise.race([
      new Promise<LogEvent>((resolve) => this.#waiters.push({ matches, resolve })),
      this.#exited.then(() => 'exited' as const),
      new Promise<'timeout'>((resolve) => (timer = setTimeout(resolve, timeoutMs, 'timeout'))),
    ]);
    clearTimeout(timer);
    if (typeof outcome === 'object') return outcome;
    const what = outcome === 'exited' ? `ended (${this.end})` : `did not report "${name}" within ${timeoutMs / 1000} s`;
    throw new StepError(`${this.name} ${what}:\n${this.lastLines()}`, `Read ${this.#options.logFile}.`);
  }

  /** The last lines that a person wants to read, JSON lines reduced to their message. */
  lastLines(count = 6): string {
    return this.#lastLines.slice(-count).map(humanLine).join('\n');
  }

  /** SIGTERM, then SIGKILL to the group after the grace period; already stopped is success. */
  async stop(): Promise<void> {
    if (!this.running || this.pid === undefined) return;
    this.#child.kill('SIGTERM');
    const grace = new Promise<false>((resolve) => setTimeout(resolve, this.#options.graceMs ?? 20_000, false).unref());
    const ended = await Promise.race([this.#exited.then(() => true), grace]);
    if (!ended) signalGroup(this.pid, 'SIGKILL');
    await this.#exited;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

function parseEvent(line: string): LogEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isEvent = (value: unknown): value is LogEvent =>
  typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';

function humanLine(line: string): string {
  if (!line.startsWith('{')) return `  ${line}`;
  try {
    const { msg, event, err } = JSON.parse(line) as { msg?: string; event?: string; err?: { message?: string } };
    return `  ${[event, msg, err?.message].filter(Boolean).join(': ')}`;
  } catch {
    return `  ${line}`;
  }
}
