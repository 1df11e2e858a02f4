import { deepStrictEqual, match, ok } from 'node:assert';
import { until } from '../faults/lib/until.ts';
import {
  allocationsOf,
  cancel,
  containersOf,
  counting,
  expectUnbroken,
  expectWhole,
  lasting,
  place,
  submit,
  untilLines,
  untilPhase,
  untilRunning,
} from '../faults/task.ts';
import { DATA, journalOf, propertiesOf, SHARED_DATA, succeeded, untilServes, type ServiceCase, type ServiceStage } from './stage.ts';

/** A task with a way to the internet, which another allocation may take over. */
const WITH_NETWORK = { network: 'egress', restart: { policy: 'on-failure' } };
const COUNT = { lines: 60, exitCode: 0 };
const countTo60 = () => counting(COUNT.lines, { everyMs: 200, exitCode: COUNT.exitCode });
const LOG_LINE = /^\{"level":\d+,.*\}$/;
const OF_SYSTEMD = /muster-miner\.service/;

/** It is done in the middle of a task, whose container neither ends nor is made again, and of which no line is lost. */
async function inTheMiddleOfATask(stage: ServiceStage, act: () => Promise<unknown>): Promise<void> {
  const task = await place(stage, countTo60(), WITH_NETWORK);
  const container = await untilRunning(stage, task);
  await untilLines(stage, task, 3);
  await act();
  await untilServes(stage);
  await expectWhole(stage, task, { ...COUNT, containerId: container.Id });
}

/** Not in the state between an end and another start either. */
async function untilDown(stage: ServiceStage): Promise<Record<string, string>> {
  await until('the service has ended', async () => /^(inactive|failed)$/.test((await propertiesOf(stage))['ActiveState'] ?? ''));
  return propertiesOf(stage);
}

const systemctl = async (stage: ServiceStage, verb: string) => succeeded(await stage.machine.run(['systemctl', verb, 'muster-miner']));

export const serviceCases: ServiceCase[] = [
  {
    name: 'a task with a network runs, behind a fence that the hardening lets stand',
    async run(stage) {
      const task = await place(stage, countTo60(), WITH_NETWORK);
      await untilRunning(stage, task);
      const rules = await Promise.all(['iptables', 'ip6tables'].map(async (tool) => succeeded(await stage.machine.run([tool, '-S']))));
      const [v4 = 0, v6 = 0] = rules.map((text) => text.split('\n').filter((line) => line.includes('MUSTER')).length);
      ok(v4 > 10 && v6 > 3, `${v4} and ${v6} rules`);
      await expectWhole(stage, task, COUNT);
      const journal = await journalOf(stage);
      deepStrictEqual(
        journal.filter((line) => !LOG_LINE.test(line) && !OF_SYSTEMD.test(line)),
        [],
      );
      deepStrictEqual(
        journal.filter((line) => /"check":"(network-fence|docker|data-dir)"/.test(line)),
        [],
      );
      const doctor = await stage.miner(['doctor']);
      match(succeeded(doctor), /✓ network-fence [\s\S]*✓ agent [\s\S]*This machine can serve/);
      return `${v4} rules of iptables and ${v6} of ip6tables, ${COUNT.lines} of ${COUNT.lines} lines; doctor is content; every line of the journal is JSON`;
    },
  },
  {
    name: 'the agent has what it needs of root, and no more',
    async run(stage) {
      const { MainPID = '' } = await propertiesOf(stage);
      const status = succeeded(await stage.machine.run(['cat', `/proc/${MainPID}/status`]));
      const [caps = '', privileges = '', seccomp = ''] = ['CapBnd', 'NoNewPrivs', 'Seccomp'].map(
        (name) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '',
      );
      // CAP_DAC_OVERRIDE, CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN.
      deepStrictEqual([BigInt(`0x${caps}`), privileges, seccomp], [(1n << 1n) | (1n << 12n) | (1n << 13n) | (1n << 21n), '1', '2']);
      const touch = (path: string) => stage.machine.run(['nsenter', `--mount=/proc/${MainPID}/ns/mnt`, 'touch', path]);
      for (const path of ['/usr/x', '/etc/x', '/home/x', '/var/lib/x', '/root/x', '/proc/sys/kernel/x'])
        match((await touch(path)).stderr, /Read-only file system|Permission denied|No such file/, path);
      deepStrictEqual((await touch(`${DATA}/x`)).code, 0);
      return 'four capabilities, no new privileges, a system call filter; nothing writable but its data';
    },
  },
  {
    name: 'systemctl restart in the middle of a task',
    async run(stage) {
      await inTheMiddleOfATask(stage, () => systemctl(stage, 'restart'));
      return `the same container, ${COUNT.lines} of ${COUNT.lines} lines once, exit code ${COUNT.exitCode}`;
    },
  },
  {
    name: 'kill -9 of the agent in the middle of a task',
    async run(stage) {
      const { MainPID = '' } = await propertiesOf(stage);
      const command = succeeded(await stage.machine.run(['cat', `/proc/${MainPID}/cmdline`])).replaceAll('\0', ' ');
      match(command, /node --max-semi-space-size.* start /);
      await inTheMiddleOfATask(stage, async () => {
        succeeded(await stage.machine.run(['kill', '-9', MainPID]));
        await until('another life', async () => !['0', MainPID].includes((await propertiesOf(stage))['MainPID'] ?? '0'));
      });
      return `systemd started it again; the same container, ${COUNT.lines} of ${COUNT.lines} lines once, exit code ${COUNT.exitCode}`;
    },
  },
  {
    name: 'systemctl stop leaves the containers, start finds them',
    async run(stage) {
      const task = await place(stage, lasting(), WITH_NETWORK);
      const container = await untilRunning(stage, task);
      await systemctl(stage, 'stop');
      deepStrictEqual((await propertiesOf(stage))['Result'], 'success');
      match(succeeded(await stage.miner(['status'])), /agent +does not run[\s\S]*runs +/);
      deepStrictEqual((await untilRunning(stage, task)).Id, container.Id);
      await systemctl(stage, 'start');
      await untilServes(stage);
      deepStrictEqual((await untilRunning(stage, task)).Id, container.Id);
      expectUnbroken(await untilLines(stage, task, 10));
      await cancel(stage, task);
      return 'the container ran on and was found again';
    },
  },
  {
    name: 'systemctl reload reads the policy',
    async run(stage) {
      await systemctl(stage, 'reload');
      await until('the policy read anew', async () => (await journalOf(stage)).some((line) => line.includes('"event":"policy.loaded"')));
      return 'SIGHUP reaches the agent, which goes on';
    },
  },
  {
    name: 'a reboot',
    async run(stage) {
      const task = await place(stage, lasting(), WITH_NETWORK);
      await untilRunning(stage, task);
      await stage.machine.reboot();
      await untilServes(stage);
      const [, again] = await until('another allocation', async () => {
        const found = await allocationsOf(stage, task.taskId);
        return found.length > 1 && found;
      });
      const placed = { ...task, allocationId: again?.allocationId ?? '' };
      await untilRunning(stage, placed);
      await untilPhase(stage, task, 'Lost');
      await cancel(stage, placed);
      return 'the agent came back by itself; the allocation is Lost, and the task runs in a new one';
    },
  },
  {
    name: 'a wrong setting is not tried again',
    async run(stage) {
      const file = `${DATA}/config.yaml`;
      succeeded(await stage.machine.run(['sh', '-c', `echo 'runid: 1' >> ${file}`]));
      await stage.machine.run(['systemctl', 'restart', 'muster-miner']);
      const { ExecMainStatus, NRestarts } = await untilDown(stage);
      deepStrictEqual([ExecMainStatus, NRestarts], ['2', '0']);
      const refused = await stage.miner(['service', 'install']);
      deepStrictEqual(refused.code, 2);
      match(refused.stderr, /config\.yaml:\d+: runid/);
      succeeded(await stage.machine.run(['sed', '-i', '/^runid/d', file]));
      return 'exit code 2, and down; `service install` names the file and the line';
    },
  },
  {
    name: 'service install says why the service does not stay up',
    async run(stage) {
      const key = `${DATA}/provider.key`;
      succeeded(await stage.machine.run(['chmod', '644', key]));
      const refused = await stage.miner(['service', 'install']);
      deepStrictEqual(refused.code, 1);
      match(refused.stderr, /does not stay up:\n {2}KEY_FILE_INSECURE: .*provider\.key[\s\S]*chmod 600/);
      succeeded(await stage.machine.run(['chmod', '600', key]));
      return refused.stderr.split('\n').slice(0, 2).join(' ');
    },
  },
  {
    name: 'leave ends the service, for the next boot too',
    async run(stage) {
      const task = await place(stage, lasting(), WITH_NETWORK);
      await untilRunning(stage, task);
      const said = succeeded(await stage.miner(['leave']));
      match(said, /has left run[\s\S]*does not start with the machine any more/);
      const { Result, ExecMainStatus, UnitFileState } = await untilDown(stage);
      deepStrictEqual([Result, ExecMainStatus, UnitFileState], ['success', '0', 'disabled']);
      deepStrictEqual(await containersOf(stage, task), []);
      await stage.network.buyer.run(['task', 'stop', task.taskId]);
      await stage.newRun();
      return 'the container was stopped, the agent ended with 0 and stays away';
    },
  },
  {
    name: 'a closed run is not asked again',
    async run(stage) {
      // Right after it has begun to serve: killed after a while, it would be `timeout`.
      await systemctl(stage, 'stop');
      deepStrictEqual((await propertiesOf(stage))['Result'], 'success');
      await stage.network.buyer.run(['run', 'close', stage.runId, '--wait']);
      await stage.machine.run(['systemctl', 'start', 'muster-miner']);
      const { ExecMainStatus, NRestarts } = await untilDown(stage);
      deepStrictEqual([ExecMainStatus, NRestarts], ['3', '0']);
      await stage.newRun();
      return 'exit code 3, and down';
    },
  },
  {
    name: 'as a user of its own, on data that was root’s',
    async run(stage) {
      await systemctl(stage, 'stop');
      succeeded(await stage.miner(['leave', '--yes']));
      await stage.newRun();
      succeeded(await stage.miner(['wallet', 'create'], SHARED_DATA));
      const installed = succeeded(await stage.miner(['service', 'install', '--user', 'muster'], SHARED_DATA));
      match(installed, /muster-miner\.service runs/);
      await untilServes(stage);
      const owners = succeeded(await stage.machine.run(['find', SHARED_DATA, '!', '-user', 'muster']));
      deepStrictEqual(owners, '');
      const refused = await submit(stage, lasting(), { network: 'egress' });
      const why = await until('a word to the buyer', async () => {
        const { phase, phaseReason } = await stage.db.prisma.task.findUniqueOrThrow({ where: { taskId: refused } });
        return phase === 'Pending' && phaseReason;
      });
      // By the node's offer, or before it has told one by its refusal.
      match(why, /no node offers egress|cannot fence containers off/);
      await stage.network.buyer.run(['task', 'stop', refused]);
      const task = await place(stage, countTo60());
      await expectWhole(stage, task, COUNT);
      match(succeeded(await stage.miner(['leave'], SHARED_DATA)), /does not start with the machine any more/);
      await untilDown(stage);
      await stage.newRun();
      return `serves tasks without a network; of one with a network the buyer reads "${why}"`;
    },
  },
  {
    name: 'uninstall leaves no unit, and the data',
    async run(stage) {
      match(succeeded(await stage.miner(['service', 'status'])), /active \(running\)/);
      succeeded(await stage.miner(['service', 'uninstall']));
      match((await stage.machine.run(['systemctl', 'cat', 'muster-miner'])).stderr, /No files found/);
      deepStrictEqual((await stage.machine.run(['test', '-e', `${DATA}/node.key`])).code, 0);
      const again = await stage.miner(['service', 'uninstall']);
      deepStrictEqual([again.code, again.stderr.startsWith('NOT_FOUND: ')], [1, true]);
      return 'no unit, the keys are there; a second time it says NOT_FOUND';
    },
  },
];
