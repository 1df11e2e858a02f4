const BLOCK = 512;
const TYPE_AT = 156;
const [OLD_SPARSE, PAX, PAX_GLOBAL] = ['S', 'x', 'g'].map((letter) => letter.charCodeAt(0));
const KEY = 'GNU.sparse.';

/**
 * Finds sparse files in a tar that passes by: a few bytes there are as many zeros on the disk as their header says. Every block that could
 * be a header is taken for one, so that no disagreement among readers about where headers are hides one.
 */
export function createSparseWatch(): (piece: Uint8Array) => boolean {
  let rest = Buffer.alloc(0);
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
    const type = block[TYPE_AT];
    if ((type !== OLD_SPARSE && type !== PAX && type !== PAX_GLOBAL) || !hasChecksum(block)) return false;
    if (type === OLD_SPARSE) return true;
    const size = octal(block.subarray(124, 136));
    // In another notation than any extended header needs.
    if (size === null) return true;
    paxLeft = Math.max(paxLeft, size);
    return false;
  }

  return (piece) => {
    const bytes = Buffer.concat([rest, piece]);
    const end = bytes.length - (bytes.length % BLOCK);
    rest = bytes.subarray(end);
    for (let at = 0; at < end; at += BLOCK) if (seeBlock(bytes.subarray(at, at + BLOCK))) return true;
    return false;
  };
}

/** As sums of signed or of unsigned bytes, both of which readers accept; with spaces in the sum's own place. */
function hasChecksum(block: Buffer): boolean {
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
