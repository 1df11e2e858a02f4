import { updateRecord, type Executor } from '../executor.ts';

/** Sees to it that the allocation's image is here, whoever brought it, and writes down which one it is. */
export const pull: Executor<'pull'> = async (step, context) => {
  const { images, credentialsOf, store, signal, onPullProgress } = context;
  const { allocationId, epoch } = step;
  const record = store.get(allocationId);
  if (record?.epoch !== epoch) return;
  const { id, digest } = await images.ensure({
    reference: record.spec.image,
    pinned: record.imageDigest,
    credentials: await credentialsOf(record),
    signal,
    onProgress: (progress) => onPullProgress(allocationId, progress),
  });
  await updateRecord(context, step, (current) => ({ ...current, image: { id, digest } }));
};
