import { shell, type Attack } from '../attack.ts';

/** As much as an order may carry: 256 KiB. */
const giant = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`GIANT_${index}`, 'x'.repeat(32_000)]));

export const environmentAttacks: readonly Attack[] = [
  {
    name: 'giant environment, as far as an order goes',
    quick: true,
    spec: { env: giant, command: shell('echo "has $(env | wc -c)"') },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/^has 22\d{4}$/],
  },
];
