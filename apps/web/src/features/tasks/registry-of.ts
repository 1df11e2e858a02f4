import { parseImageReference } from '@muster/protocol/images/image-reference';

/** The registry that an image comes from; empty for what is no image reference. */
export function registryOf(image: string): string {
  const parsed = parseImageReference(image);
  return parsed.ok ? parsed.value.domain : '';
}
