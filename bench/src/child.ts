import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the bench's own, asked and answered one message at a time. */
export interface Child {
  /** The next message of the child after this one is sent. Rejects when the child ends or reports an error. */
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
}

type Answer = { ok: true; value: unknown } | { ok: false; error: string };

/** Starts a module of this folder as a process, with our own loader flags. It ends by itself when we do. */
export function startChild(module: string): Child {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  return {
    ask: async <T>(message: object) => {
      const answered = nextAnswer(child);
      child.send(message);
      const answer = await answered;
      if (!answer.ok) throw new Error(`${module}: ${answer.error}`);
      return answer.value as T;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(patience);
    },
  };
}

function nextAnswer(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer) => (child.off('exit', onExit), resolve(answer));
    const onExit = (code: number | null) => (
      child.off('message', onMessage),
      reject(new Error(`a process of the bench ended with ${code}`))
    );
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** The child's side: answers every message with what `handle` makes of it, and ends when the parent is gone. */
export function serveParent<M>(handle: (message: M) => Promise<unknown>): void {
  const answer = (message: Answer) => process.send?.(message);
  process.on('message', (message: M) => {
    handle(message).then(
      (value) => answer({ ok: true, value }),
      (error: unknown) => answer({ ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  // A Ctrl-C reaches the whole group; the parent ends us in order.
  process.on('SIGINT', () => undefined);
}
