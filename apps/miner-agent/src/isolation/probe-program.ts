/**
 * Whole programs for Linux in some 170 bytes each: enough to see whether an engine or a runtime really starts a container, and what it
 * keeps from it, with nothing to be pulled from anywhere. Written by hand, so every byte is here to be read.
 */
export const PROBE_WORD = 'muster';

export type Architecture = 'x64' | 'arm64';

/** What engines call the architectures that we have a program for. */
export const architectureOf = (name: string): Architecture | null =>
  name === 'x86_64' || name === 'amd64' ? 'x64' : name === 'aarch64' || name === 'arm64' ? 'arm64' : null;

const BASE = 0x40_0000;
const HEADERS = 64 + 56;
const TEXT = Buffer.from(`${PROBE_WORD}\n`);

export type Program = 'speak' | 'vsock';

const assemble = (...lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'hex');

/**
 * `speak`: write(1, TEXT, 7), then exit(0); TEXT stands right behind the code. `vsock`: exits with 1 when the system gives a socket to the
 * hypervisor and other machines beside this one (AF_VSOCK, 40), which no network namespace holds back; with 0 when it does not.
 * 64-bit ARM has little-endian words; its programs were run under QEMU's user emulation (7.2), with a socket and without.
 */
const CODE: Readonly<Record<Program, Readonly<Record<Architecture, Buffer>>>> = {
  speak: {
    x64: assemble(
      'b801000000', // mov eax, 1          write
      'bf01000000', // mov edi, 1          standard output
      '488d3510000000', // lea rsi, [rip+16]   TEXT
      `ba0${TEXT.length}000000`, // mov edx, 7
      '0f05', // syscall
      'b83c000000', // mov eax, 60         exit
      '31ff', // xor edi, edi
      '0f05', // syscall
    ),
    arm64: assemble(
      '080880d2', // mov x8, #64         write
      '200080d2', // mov x0, #1          standard output
      'c1000010', // adr x1, +24         TEXT
      'e20080d2', // mov x2, #7
      '010000d4', // svc #0
      'a80b80d2', // mov x8, #93         exit
      '000080d2', // mov x0, #0
      '010000d4', // svc #0
    ),
  },
  vsock: {
    x64: assemble(
      'b829000000', // mov eax, 41         socket
      'bf28000000', // mov edi, 40         AF_VSOCK
      'be01000000', // mov esi, 1          SOCK_STREAM
      '31d2', // xor edx, edx
      '0f05', // syscall
      '89c7', // mov edi, eax
      'f7d7', // not edi             the sign of an error becomes that of success
      'c1ef1f', // shr edi, 31
      'b83c000000', // mov eax, 60         exit
      '0f05', // syscall
    ),
    arm64: assemble(
      'c81880d2', // mov x8, #198        socket
      '000580d2', // mov x0, #40         AF_VSOCK
      '210080d2', // mov x1, #1          SOCK_STREAM
      '020080d2', // mov x2, #0
      '010000d4', // svc #0
      'e003202a', // mvn w0, w0          the sign of an error becomes that of success
      '007c1f53', // lsr w0, w0, #31
      'a80b80d2', // mov x8, #93         exit
      '010000d4', // svc #0
    ),
  },
};

const MACHINE: Readonly<Record<Architecture, number>> = { x64: 62, arm64: 183 };

/** An ELF file with one readable, executable segment: its own headers, the code and the text. */
export function probeProgram(architecture: Architecture, program: Program): Buffer {
  const body = Buffer.concat([CODE[program][architecture], TEXT]);
  const size = HEADERS + body.length;
  const header = Buffer.alloc(HEADERS);
  header.write('\x7fELF', 0, 'latin1');
  // 64 bits, little-endian, version 1.
  header.set([2, 1, 1], 4);
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(MACHINE[architecture], 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(BASE + HEADERS), 24); // where it begins
  header.writeBigUInt64LE(64n, 32); // program headers follow
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56); // one of them
  header.writeUInt32LE(1, 64); // to be loaded
  header.writeUInt32LE(5, 68); // readable, executable
  header.writeBigUInt64LE(BigInt(BASE), 80);
  header.writeBigUInt64LE(BigInt(BASE), 88);
  header.writeBigUInt64LE(BigInt(size), 96);
  header.writeBigUInt64LE(BigInt(size), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, body]);
}
