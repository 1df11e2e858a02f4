import { passed, warned, type Check } from './check.ts';

/** A version as programs write it; `rest` is what its builder added. */
interface Version {
  numbers: readonly number[];
  rest: string;
}

const RUNC_MENDED = [1, 1, 12];
const TOOLKIT_MENDED = [1, 17, 8];
/** What the projects' own builds append: the commit after a tag, or a candidate's number. Anything else is a distribution's. */
const OWN_BUILD = /^(-rc[.\d]*)?([-+]\d+-g[0-9a-f]+|\+dev)?$/;

/**
 * What an image of a stranger's gets out by. Distributions mend holes without taking the next version: of theirs this cannot be told from here.
 * Empty where the engine does not tell a version.
 */
export function checkRunc(told: string | null): Check[] {
  const version = parse(told);
  if (version === null) return [];
  if (!isBefore(version, RUNC_MENDED)) return [passed('runc', `runc ${told}`)];
  if (!OWN_BUILD.test(version.rest))
    return [
      passed(
        'runc',
        `runc ${told} is its distribution's, which mends holes such as CVE-2024-21626 in older versions too: keep it up to date`,
      ),
    ];
  return [
    warned(
      'runc',
      `an image can break out to this machine by a hole of runc ${told} (CVE-2024-21626)`,
      'Upgrade runc to 1.1.12 or newer: it comes with containerd.io, or with Docker Engine.',
    ),
  ];
}

/** Only for machines whose GPUs are given to containers; empty where the toolkit is not on this machine. */
export function checkToolkitHole(told: string | null): Check[] {
  const version = parse(told);
  if (version === null || !isBefore(version, TOOLKIT_MENDED)) return [];
  return [
    warned(
      'gpu-toolkit',
      `an image that gets a GPU can break out to this machine by a hole of the NVIDIA container toolkit ${told} (CVE-2025-23266)`,
      'Upgrade nvidia-container-toolkit to 1.17.8 or newer, unless your distribution has mended this one.',
    ),
  ];
}

function parse(told: string | null): Version | null {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(.*)$/.exec(told ?? '');
  return found === null ? null : { numbers: found.slice(1, 4).map(Number), rest: found[4] ?? '' };
}

function isBefore({ numbers }: Version, mended: readonly number[]): boolean {
  const at = mended.findIndex((number, index) => numbers[index] !== number);
  return at !== -1 && (numbers[at] ?? 0) < (mended[at] ?? 0);
}
