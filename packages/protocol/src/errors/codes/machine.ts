import type { ErrorEntry } from '../codes.ts';

/** What a machine must offer to the programs that run on it. */
export const machineCodes = {
  DOCKER_UNAVAILABLE: {
    title: 'Docker does not answer.',
    hint: 'Start the Docker Engine, add the user to its group, or set DOCKER_HOST.',
    severity: 'error',
  },
  ENGINE_RESTARTED: {
    title: 'The container engine of the node stopped or was restarted, and ended the container.',
    hint: "The task is placed anew if its restart policy says so. The node's owner can keep containers over such restarts: live-restore in Docker's daemon.json.",
    severity: 'info',
  },
  DATABASE_UNAVAILABLE: { title: 'The database does not answer.', hint: 'Check DATABASE_URL and that PostgreSQL runs.', severity: 'error' },
  PORT_IN_USE: { title: 'Another program listens on this port.', hint: 'Stop it, or choose another port.', severity: 'error' },
  DISK_FULL: {
    title: 'The disk is full.',
    hint: 'Free some space in the directory that is named; work resumes by itself.',
    severity: 'error',
  },
  DATA_DIR_UNUSABLE: {
    title: 'The data directory cannot be written, or another process uses it.',
    hint: 'Check its owner and permissions, or set MUSTER_DATA_DIR to another one.',
    severity: 'error',
  },
  STATE_CORRUPT: {
    title: 'A state file cannot be read.',
    hint: 'Move the file that is named aside and start again; the state is rebuilt from the chain and the master.',
    severity: 'error',
  },
  RUNTIME_UNUSABLE: {
    title: 'The container runtime that is configured does not work on this machine.',
    hint: 'Repair or install it as the message says, or leave MUSTER_RUNTIME out.',
    severity: 'error',
  },
  TOOL_MISSING: {
    title: 'A program that this needs is not installed.',
    hint: 'Install it with the line that is shown.',
    severity: 'error',
  },
} as const satisfies Record<string, ErrorEntry>;
