import { err, ok, type Result } from '@muster/protocol/errors/result';
import { matchesPrefix, parseImagePrefix, type ImagePrefix } from '@muster/protocol/images/image-prefix';
import { digestPattern, parseImageReference } from '@muster/protocol/images/image-reference';

/** A digest wherever it comes from, or a registry, a branch of one, an image of it. `text` is how the owner wrote it. */
export type ImageRule = { text: string } & ({ digest: string } | { prefix: ImagePrefix });

export function parseImageRule(text: string): Result<ImageRule, string> {
  if (digestPattern.test(text)) return ok({ text, digest: text });
  const prefix = parseImagePrefix(text);
  return prefix.ok ? ok({ text, prefix: prefix.value }) : err(prefix.error.message);
}

/** A reference that cannot be read matches no rule. */
export function matchesRule(image: string, rule: ImageRule): boolean {
  const parsed = parseImageReference(image);
  if (!parsed.ok) return false;
  return 'digest' in rule ? parsed.value.digest === rule.digest : matchesPrefix(parsed.value, rule.prefix);
}
