import { AppError } from '@muster/protocol/errors/app-error';
import { bridgeName } from '../../isolation/bridge-name.ts';
import type { ContainerBlueprint, ImageDetails } from '../../ports/container-runtime.ts';
import { blueprintOf } from '../blueprint.ts';
import { containerUser, needsPasswd, ROOT_USER, type User } from '../container-user.ts';
import type { AllocationRecord } from '../desired.ts';
import { updateRecord, type Executor, type StepContext } from '../executor.ts';
import { roleLabels, volumeLabels, volumeName } from '../labels.ts';
import { findContainer } from '../observe.ts';

/** Everything before the container itself is idempotent, so a crash anywhere in here is repaired by doing it again. */
export const create: Executor<'create'> = async (step, context) => {
  const { runtime, store, node, logger } = context;
  const record = store.get(step.allocationId);
  if (record?.epoch !== step.epoch) return;
  const image = record.image && (await runtime.findImage(record.image.id));
  if (!image) throw new AppError('IMAGE_PULL_FAILED', { publicMessage: `${record.spec.image} is no longer on this machine` });

  const terms = await context.isolation.admit(record.spec);
  const user = record.spec.root ? ROOT_USER : await userOf(image, context);
  const publish = await context.portDesk.assign(record);
  const blueprint = blueprintOf(record, { node, user, image, terms, publish, hasInit: await context.hasInit() });
  await Promise.all([prepareNetwork(blueprint, context), prepareVolumes(record, { owner: user, image: image.id }, context)]);
  const containerId = await runtime.createContainer(blueprint).catch(async (error: unknown) => {
    // "A create call may fail although the container is there": what is there counts, not what was said of it.
    const made = await findContainer(runtime, node, step).catch(() => undefined);
    if (made) return made.id;
    throw error;
  });
  await updateRecord(context, step, (current) => ({ ...current, containerId }));
  logger.info(
    { event: 'container.created', allocationId: record.allocationId, taskId: record.taskId, containerId, imageId: image.id },
    'the container is created',
  );
};

async function prepareNetwork({ network, labels }: ContainerBlueprint, { runtime, node }: StepContext): Promise<void> {
  if (network !== 'none') await runtime.createNetwork({ name: network, labels, bridge: bridgeName(node, network) });
}

async function prepareVolumes(
  record: AllocationRecord,
  { owner, image }: { owner: User; image: string },
  { runtime, node }: StepContext,
): Promise<void> {
  const labels = volumeLabels(node, record);
  for (const { name } of record.spec.volumes) {
    await runtime.prepareVolume({
      name: volumeName(record, name),
      labels,
      helperLabels: roleLabels(node, 'helper'),
      image,
      owner,
    });
  }
}

async function userOf(image: ImageDetails, { runtime, node }: StepContext) {
  const passwd = needsPasswd(image.user) ? await runtime.readPasswd(image.id, roleLabels(node, 'helper')) : null;
  const user = containerUser(image.user, passwd);
  if (user) return user;
  throw new AppError('CONTAINER_START_FAILED', {
    publicMessage: `The image wants to run as "${image.user}", which its /etc/passwd does not have`,
    hint: 'Give the image a numeric USER, or add the name to its /etc/passwd.',
  });
}
