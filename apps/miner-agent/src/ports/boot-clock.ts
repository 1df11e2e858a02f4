/**
 * Time since the machine booted, suspension included. Nobody can set it, and it goes on while this process is stopped, dead or
 * started again: what a lease has to be counted on.
 */
export interface BootClock {
  /** ms. */
  now(): number;
  /** Which boot the figures count from: those of another one say nothing about ours. */
  readonly bootId: string;
}
