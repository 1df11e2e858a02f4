// Loaded into the measured agent: on SIGUSR2 it collects its garbage and writes what is left, so that growth is told from garbage.
const { appendFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  collect();
  appendFileSync(process.env.MUSTER_BENCH_PROBE, `${JSON.stringify(process.memoryUsage())}\n`);
});
