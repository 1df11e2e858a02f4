import { err, ok, type Result } from '@muster/protocol/errors/result';
import { matchesPrefix, parseImagePrefix, type ImagePrefix } from '@muster/protocol/images/image-prefix';
import { digestPattern, formatImageReference, parseImageReference } from '@muster/protocol/images/image-reference';

/** A digest wherever it comes from, or a registry, a branch of one, an image of it. `text` is how the owner wrote it. */
export type ImageRule = { text: string } & ({ digest: string } | { prefix: ImagePrefix });

export function parseImageRule(text: string): Result<ImageRule, string> {
  if (digestPattern.test(text)) return ok({ text, digest: text });
  const prefix = parseImagePrefix(text);
  return prefix.ok ? ok({ text, prefix: prefix.value }) : err(prefix.error.message);
}

/** An image by its name, and by every digest that is known to be its content's. */
export interface NamedImage {
  image: string;
  digests?: readonly string[];
}

/** Whether the rule vouches for it. A reference that cannot be read matches no rule. */
export function isAllowedBy(rule: ImageRule, { image, digests = [] }: NamedImage): boolean {
  const parsed = parseImageReference(image);
  if (!parsed.ok) return false;
  const all = [parsed.value, ...digests.map((digest) => ({ ...parsed.value, digest }))];
  return 'digest' in rule ? all.some(({ digest }) => digest === rule.digest) : all.some((each) => matchesPrefix(each, rule.prefix));
}

/** A tag that is blocked is so with a digest behind it too. */
export function isBlockedBy(rule: ImageRule, named: NamedImage): boolean {
  const parsed = parseImageReference(named.image);
  if (!parsed.ok) return false;
  const tagged = { ...named, image: formatImageReference({ ...parsed.value, digest: null }) };
  return isAllowedBy(rule, named) || (parsed.value.tag !== null && isAllowedBy(rule, tagged));
}
