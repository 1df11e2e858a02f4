/** Numbers of system calls: those that no library wraps are called by number, and they differ between machines. */
const NUMBERS = {
  x64: {
    mount: 165,
    umount2: 166,
    pivot_root: 155,
    chroot: 161,
    unshare: 272,
    setns: 308,
    clone: 56,
    ptrace: 101,
    process_vm_readv: 310,
    keyctl: 250,
    add_key: 248,
    bpf: 321,
    perf_event_open: 298,
    userfaultfd: 323,
    open_by_handle_at: 304,
    finit_module: 313,
    kexec_load: 246,
    reboot: 169,
    swapon: 167,
    settimeofday: 164,
    sethostname: 170,
    mknodat: 259,
    setuid: 105,
    setgid: 106,
    syslog: 103,
    quotactl: 179,
    acct: 163,
  },
  arm64: {
    mount: 40,
    umount2: 39,
    pivot_root: 41,
    chroot: 51,
    unshare: 97,
    setns: 268,
    clone: 220,
    ptrace: 117,
    process_vm_readv: 270,
    keyctl: 219,
    add_key: 217,
    bpf: 280,
    perf_event_open: 241,
    userfaultfd: 282,
    open_by_handle_at: 265,
    finit_module: 273,
    kexec_load: 104,
    reboot: 142,
    swapon: 224,
    settimeofday: 170,
    sethostname: 161,
    mknodat: 33,
    setuid: 146,
    setgid: 144,
    syslog: 116,
    quotactl: 60,
    acct: 89,
  },
} as const;

export type SystemCall = keyof (typeof NUMBERS)['x64'];

const numberOf = (name: SystemCall): number => NUMBERS[process.arch === 'arm64' ? 'arm64' : 'x64'][name];

/** One thing to try: a word for it, and a Perl expression that is true when it worked. */
export interface Try {
  what: string;
  expression: string;
}

/** A system call with arguments as Perl writes them; a text is `t("…")`, since calls want memory that they could write to. */
export const call = (name: SystemCall, args = ''): Try => ({
  what: name,
  expression: `syscall(${[numberOf(name), args].filter((part) => part !== '').join(', ')}) != -1`,
});

const PRELUDE = `
$| = 1;
sub t { my $text = shift; $text }
sub said { my ($what, $worked, $why, $died) = @_; print $died ? "BROKEN $what: $died\n" : $worked ? "BREACH $what\n" : "DENIED $what: $why\n"; }
`;

/** Tries one after the other, and says of each whether it was DENIED (with the system's reason) or a BREACH; BROKEN if it could not be tried. */
export const tryAll = (tries: readonly Try[]): string[] => [
  'perl',
  '-e',
  [
    PRELUDE,
    ...tries.map(
      ({ what, expression }) => `$! = 0; { my $worked = eval { ${expression} }; said(${JSON.stringify(what)}, $worked, "$!", $@); }`,
    ),
    `print "TRIED ${tries.length}\n";`,
  ].join('\n'),
];
