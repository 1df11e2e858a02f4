const BLOCK = 512;
const TYPE_AT = 156;
const [OLD_SPARSE, PAX, PAX_GLOBAL] = ['S', 'x', 'g'].map((letter) => letter.charCodeAt(0));
const KEY = 'GNU.sparse.';

export interface TarWatch {
  /** Whether a sparse file has been seen. */
  see(piece: Uint8Array): boolean;
  /** Files, directories and links, so far. */
  entries(): number;
}

/**
 * Looks at a tar that passes by for what its length does not tell: sparse files, of which a few bytes are as many zeros on the disk as their
 * header says, and how many files there are. Every block that could be a header is taken for one, so that no disagreement among readers
 * about where headers are hides one.
 */
export function createTarWatch(): TarWatch {
  let rest = Buffer.alloc(0);
  let entries = 0;
  /** Of an extended header; and the end of what was seen of it, where a key may have begun. */
  let paxLeft = 0;
  let tail = '';

  function seeBlock(block: Buffer): boolean {
    if (paxLeft > 0) {
      const text = tail + block.toString('latin1');
      if (text.includes(KEY)) return true;
      paxLeft -= BLOCK;
      tail = paxLeft > 0 ? text.slice(-KEY.length) : '';
    }
    if (!hasChecksum(block)) return false;
    const type = block[TYPE_AT];
    if (type === OLD_SPARSE) return true;
    if (type !== PAX && type !== PAX_GLOBAL) {
      entries += 1;
      return false;
    }
    const size = octal(block.subarray(124, 136));
    // In another notation than any extended header needs.
    if (size === null) return true;
    paxLeft = Math.max(paxLeft, size);
    return false;
  }

  return {
    see(piece) {
      const bytes = Buffer.concat([rest, piece]);
      const end = bytes.length - (bytes.length % BLOCK);
      rest = bytes.subarray(end);
      for (let at = 0; at < end; at += BLOCK) if (seeBlock(bytes.subarray(at, at + BLOCK))) return true;
      return false;
    },
    entries: () => entries,
  };
}

/** Digits in octal, filled up. */
const CHECKSUM = /^[ \0]*[0-7]+[ \0]*$/;

/** As sums of signed or of unsigned bytes, both of which readers accept; with spaces in the sum's own place. */
function hasChecksum(block: Buffer): boolean {
  // Hardly anything but a header passes here, and the sum is dear.
  if (!CHECKSUM.test(block.toString('latin1', 148, 156))) return false;
  const written = octal(block.subarray(148, 156));
  let [unsigned, signed] = [0, 0];
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return written === unsigned || written === signed;
}

function octal(field: Buffer): number | null {
  const text = field.toString('latin1').replace(/^[ \0]+|[ \0]+$/g, '');
  const [digits = ''] = text.split('\0');
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : null;
}
