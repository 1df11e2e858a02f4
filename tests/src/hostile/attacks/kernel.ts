import { readFileSync } from 'node:fs';
import { shell, type Attack } from '../attack.ts';
import { call, tryAll, type Try } from '../perl.ts';

const trying = (name: string, tries: readonly Try[], { sharedKernel = false } = {}): Attack => ({
  name,
  quick: true,
  sharedKernel,
  spec: { command: tryAll(tries) },
  ends: { phase: 'Succeeded', exitCode: 0 },
  says: [new RegExp(`^TRIED\\s+${tries.length}`)],
});

const socket = (what: string, domain: number, type: number, protocol: number): Try => ({
  what: `${what} socket`,
  expression: `socket(my $s, ${domain}, ${type}, ${protocol})`,
});

const NEW_USER = 0x10000000;
const NEW_NET = 0x40000000;
const NEW_NS = 0x00020000;
const NEW_PID = 0x20000000;

export const kernelAttacks: readonly Attack[] = [
  trying('raw sockets', [
    socket('raw ICMP', 2, 3, 1),
    socket('raw IP', 2, 3, 255),
    socket('packet', 17, 3, 768),
    socket('raw ICMPv6', 10, 3, 58),
  ]),
  trying('mount', [
    call('mount', 't("none"), t("/tmp"), t("tmpfs"), 0, 0'),
    call('mount', 't("proc"), t("/tmp"), t("proc"), 0, 0'),
    call('mount', 't("/"), t("/tmp"), t(""), 4096, 0'),
    call('mount', 't("none"), t("/"), t(""), 32, 0'),
    call('umount2', 't("/proc"), 2'),
    call('pivot_root', 't("/tmp"), t("/tmp")'),
    call('chroot', 't("/tmp")'),
  ]),
  trying(
    'unshare and user namespaces',
    [
      call('unshare', String(NEW_USER)),
      call('unshare', String(NEW_NET)),
      call('unshare', String(NEW_NS)),
      call('unshare', String(NEW_USER | NEW_NET | NEW_PID)),
      call('clone', `${NEW_USER} | 17, 0, 0, 0, 0`),
      {
        what: 'setns',
        expression: `open(my $f, "<", "/proc/1/ns/net") && syscall(${process.arch === 'arm64' ? 268 : 308}, fileno($f), 0) != -1`,
      },
    ],
    { sharedKernel: true },
  ),
  trying('ptrace and reading memory', [
    call('ptrace', '16, 2147483, 0, 0'),
    call('process_vm_readv', '2147483, 0, 0, 0, 0, 0'),
    {
      what: 'memory of the machine',
      expression: 'open(my $f, "<", "/dev/mem") || open($f, "<", "/dev/kmem") || open($f, "<", "/proc/kcore") && sysread($f, my $b, 4096)',
    },
    { what: "the kernel's log", expression: 'open(my $f, "<", "/dev/kmsg") || open($f, "<", "/proc/kmsg")' },
  ]),
  trying(
    'keyctl, bpf and their like',
    [
      call('keyctl', '0, -3, 1'),
      call('add_key', 't("user"), t("muster"), t("x"), 1, -3'),
      call('bpf', '5, 0, 0'),
      call('perf_event_open', '0, 0, -1, -1, 0'),
      call('userfaultfd', '0'),
      call('open_by_handle_at', '-100, 0, 0'),
      call('finit_module', '0, t(""), 0'),
      call('kexec_load', '0, 0, 0, 0'),
      call('reboot', '0, 0, 0, 0'),
      call('swapon', 't("/nowhere"), 0'),
      call('settimeofday', '0, 0'),
      call('sethostname', 't("mine"), 4'),
      call('syslog', '3, 0, 0'),
      call('quotactl', '0, 0, 0, 0'),
      call('acct', 't("/tmp/acct")'),
    ],
    { sharedKernel: true },
  ),
  trying(
    'device nodes',
    [
      call('mknodat', '-100, t("/tmp/disk"), 24576 | 0666, 2048'),
      call('mknodat', '-100, t("/tmp/null"), 8192 | 0666, 259'),
      { what: 'a disk', expression: 'grep { -b $_ } glob("/dev/*")' },
    ],
    { sharedKernel: true },
  ),
  trying('becoming root', [
    call('setuid', '0'),
    call('setgid', '0'),
    { what: 'a setuid program', expression: '`/usr/bin/id -u` == 0' },
    { what: 'the password file', expression: 'open(my $f, ">>", "/etc/passwd")' },
  ]),
  trying('writing to /proc and /sys', [
    ...[
      '/proc/sys/kernel/core_pattern',
      '/proc/sys/kernel/panic',
      '/proc/sys/net/ipv4/ip_forward',
      '/proc/sys/vm/drop_caches',
      '/proc/sysrq-trigger',
      '/proc/1/oom_score_adj',
    ].map((path) => ({
      what: path,
      expression: `open(my $f, ">", "${path}") && defined(syswrite($f, "-1"))`,
    })),
    {
      what: '/sys',
      expression:
        'open(my $f, ">", "/sys/kernel/uevent_helper") || open($f, ">", "/sys/power/state") || open($f, ">", "/sys/fs/cgroup/memory/memory.limit_in_bytes") || open($f, ">", "/sys/fs/cgroup/memory.max")',
    },
    { what: 'less oom score', expression: 'open(my $f, ">", "/proc/self/oom_score_adj") && defined(syswrite($f, "-500"))' },
  ]),
  {
    name: 'sockets to the hypervisor (AF_VSOCK)',
    quick: true,
    spec: { command: ['perl', '-e', 'print socket(my $s, 40, 1, 0) ? "open\\n" : "DENIED vsock: $!\\n"'] },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/^(open|DENIED)/],
    // Engines before 23 let them through, and no fence stands there: then the miner must have been told.
    async afterwards({ stage, allocationId }) {
      const isOpen = stage.master.linesOf(allocationId).includes('open');
      const isTold = readFileSync(stage.logFile, 'utf8').includes('"check":"vsock"');
      if (isOpen !== isTold) throw new Error(`they are ${isOpen ? 'open' : 'closed'}, and doctor ${isTold ? 'warns' : 'is silent'}`);
      return isOpen ? 'this engine lets them through, and doctor warns of it' : 'closed';
    },
  },
  {
    name: "the engine's socket and the machine's files",
    quick: true,
    spec: {
      command: shell(
        'for f in /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock /host /root/.ssh /var/lib/docker; do [ -e $f ] && echo "BREACH $f"; done; grep -E " (ext4|xfs|btrfs|vfat) " /proc/mounts | grep -vE " (/etc/(hosts|hostname|resolv.conf)|/sbin/docker-init|/dev/init) " && echo "BREACH a disk is mounted"; echo looked',
      ),
    },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/^looked$/],
  },
];
