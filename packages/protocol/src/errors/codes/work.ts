import type { ErrorEntry } from '../codes.ts';

/** Requirements, tasks, allocations and storage. */
export const workCodes = {
  REQUIREMENTS_INVALID: {
    title: 'The requirements cannot be read.',
    hint: 'Correct the marked part, for example: cpu: 8.., memory: 32GB.., gpu: H100:8',
    severity: 'info',
  },
  REQUIREMENTS_UNMET: {
    title: "This machine does not meet the run's requirements.",
    hint: 'Choose a run that fits the machine; nothing was sent and no gas was spent.',
    severity: 'info',
  },
  TASK_SPEC_INVALID: {
    title: 'The task spec has a mistake.',
    hint: 'Correct the path that is named; packages/protocol/schemas/task-spec.json helps editors to check it.',
    severity: 'info',
  },
  TASK_SPEC_UNREADABLE: {
    title: 'The stored spec of this task cannot be read.',
    hint: 'Create the task anew: another version of the master wrote it, or its row was damaged.',
    severity: 'info',
  },
  TASK_ENDED: { title: 'The task has already ended.', hint: 'Create a new task.', severity: 'info' },
  NODE_NOT_READY: { title: 'The node has no open session.', hint: 'Wait until the node is healthy again.', severity: 'info' },
  POLICY_REFUSED: {
    title: "The node's owner does not allow this.",
    hint: "The message names the owner's rule; change the task, or let it run on another node.",
    severity: 'info',
  },
  RESOURCES_EXHAUSTED: {
    title: 'The node has promised what it has to other tasks.',
    hint: 'Ask for less, or wait until something there ends; the task is placed elsewhere if it fits.',
    severity: 'info',
  },
  EGRESS_UNAVAILABLE: {
    title: 'The node gives containers no network.',
    hint: 'Use network: none, or let the task run on another node; the message says what the node lacks.',
    severity: 'info',
  },
  GPU_UNAVAILABLE: {
    title: 'The node has no GPU to give.',
    hint: 'Let the task run on another node; the owner of this one finds the reason with `muster-miner doctor`.',
    severity: 'info',
  },
  START_TIMED_OUT: {
    title: 'The node did not get the container started.',
    hint: 'The message says how far it came and what the node said last; the task is placed anew if its restart policy says so.',
    severity: 'warn',
  },
  STOP_TIMED_OUT: {
    title: 'The node did not say that it has stopped the container.',
    hint: 'Nothing takes its place, for it may still run there; its node is ordered to stop it for as long as it tells of it.',
    severity: 'warn',
  },
  IMAGE_NOT_FOUND: {
    title: 'The image does not exist, or may not be pulled.',
    hint: 'Check the name and tag, and that the registry can be reached from the node.',
    severity: 'info',
  },
  IMAGE_PULL_FAILED: {
    title: 'The image could not be pulled.',
    hint: 'Look at the cause; the agent tries a few times, with growing pauses.',
    severity: 'warn',
  },
  IMAGE_PLATFORM_MISMATCH: {
    title: "The image has no variant for this node's processor.",
    hint: 'Build the image for the platform that is named, or for several.',
    severity: 'info',
  },
  IMAGE_FORMAT_UNSUPPORTED: {
    title: "The image's layers are packed in a way that this node does not take.",
    hint: 'Build the image with gzip layers, as builders do by default.',
    severity: 'info',
  },
  IMAGE_DIGEST_MISMATCH: {
    title: 'The image is not the one that the task is pinned to.',
    hint: 'Push the image to a registry, or create a new task for the image as it is now.',
    severity: 'warn',
  },
  IMAGE_TOO_LARGE: {
    title: 'The image does not fit into what the node gives to images.',
    hint: 'Use a smaller image or another node; the miner may raise MUSTER_IMAGE_BYTES.',
    severity: 'info',
  },
  REGISTRY_AUTH_REQUIRED: {
    title: 'The registry wants credentials for this image.',
    hint: 'Create the task with --registry-auth; the credentials are sealed to the nodes alone.',
    severity: 'info',
  },
  REGISTRY_AUTH_DENIED: {
    title: 'The registry does not take the credentials for this image.',
    hint: 'Check user name and password or token, and that they may pull this repository.',
    severity: 'info',
  },
  REGISTRY_RATE_LIMITED: {
    title: 'The registry refuses more pulls for now.',
    hint: 'It is tried again with growing pauses; credentials of your own usually raise the limit.',
    severity: 'warn',
  },
  REGISTRY_CREDENTIALS_INVALID: {
    title: 'The sealed registry credentials are not for this node, task and registry.',
    hint: 'Seal them again: muster task seal TASK --registry-auth FILE',
    severity: 'warn',
  },
  COMMAND_NOT_FOUND: {
    title: 'The command does not exist in the image.',
    hint: 'Check the command and entrypoint against what the image contains; a shell line needs ["sh", "-c", "…"].',
    severity: 'info',
  },
  CONTAINER_START_FAILED: {
    title: 'The container could not be started.',
    hint: "Look at the engine's message; check resources and volumes in the task spec.",
    severity: 'warn',
  },
  CONTAINER_OOM_KILLED: {
    title: 'The container was killed because it ran out of memory.',
    hint: 'Raise resources.memory in the task spec, or use less.',
    severity: 'info',
  },
  DISK_LIMIT_EXCEEDED: {
    title: 'The container wrote more than its disk limit.',
    hint: 'Raise resources.disk in the task spec, or write less.',
    severity: 'info',
  },
  DISK_RESERVE_REACHED: {
    title: 'The node ran short of disk space and stopped the container that had written most.',
    hint: 'Try again: another node may have more room. Asking for the space in resources.disk helps to place the task.',
    severity: 'warn',
  },
  CONTAINER_EXITED: { title: 'The container ended with a non-zero exit code.', hint: 'Read its last log lines.', severity: 'info' },
  CONTAINER_VANISHED: {
    title: 'The container was removed by something else than the agent.',
    hint: "Find out what cleans up containers on the node's machine.",
    severity: 'warn',
  },
  TASK_TIMED_OUT: {
    title: 'The task ran longer than its timeout.',
    hint: 'Raise timeout in the task spec, or leave it out.',
    severity: 'info',
  },
  ALLOCATION_UNKNOWN: {
    title: 'The node does not run this allocation.',
    hint: 'Look at the task again; the allocation may have ended.',
    severity: 'info',
  },
  VOLUME_UNKNOWN: { title: 'The task has no volume of this name.', hint: 'Use a name from volumes in the task spec.', severity: 'info' },
  SNAPSHOT_FAILED: {
    title: 'The volume could not be synced.',
    hint: 'Look at the cause; the volume itself stays on the node, so try again.',
    severity: 'warn',
  },
  SNAPSHOT_MISMATCH: {
    title: 'The uploaded archive does not have the announced hash or size.',
    hint: 'Sync again; if it repeats, something alters the upload.',
    severity: 'warn',
  },
} as const satisfies Record<string, ErrorEntry>;
