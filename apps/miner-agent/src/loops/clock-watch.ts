import type { Logger } from '@muster/runtime/logger';

export interface ClockWatch {
  /** The master's clock, unix ms, as its answer to a heartbeat has it. */
  masterSays(theirs: number): void;
}

/** An answer takes its time, and nothing depends on less. */
const MAX_OFFSET_MS = 15_000;

/** Says once that this machine's clock and the master's differ, and once that they agree again. Nothing else follows from it. */
export function createClockWatch({ now, logger }: { now: () => number; logger: Logger }): ClockWatch {
  let isOff = false;
  return {
    masterSays(theirs) {
      const offsetMs = now() - theirs;
      const wasOff = isOff;
      isOff = Math.abs(offsetMs) > MAX_OFFSET_MS;
      if (isOff === wasOff) return;
      if (isOff) {
        const how = `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'}`;
        logger.warn({ event: 'clock.off', offsetMs }, `this machine's clock is ${how} the master's: timedatectl set-ntp true`);
      } else logger.info({ event: 'clock.right', offsetMs }, "this machine's clock agrees with the master's again");
    },
  };
}
