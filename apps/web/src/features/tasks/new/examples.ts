export type SpecExample = { id: string; label: string; hint: string; spec: string };

/** The demo image is part of every dev network; elsewhere a small public image does the same. */
export const specExamples = ({ isDev }: { isDev: boolean }): readonly SpecExample[] => {
  const image = isDev ? 'muster/demo:latest' : 'busybox:1.37';
  return [
    {
      id: 'hello',
      label: 'Hello',
      hint: 'Prints a line a second, then ends',
      spec: `name: hello
image: ${image}
command:
  - sh
  - -c
  - |
    for step in 1 2 3 4 5 6 7 8 9 10; do
      echo "step $step of 10 on $(hostname)"
      sleep 1
    done
resources:
  cpu: 0.5
  memory: 64MiB
`,
    },
    {
      id: 'service',
      label: 'Long running',
      hint: 'Goes on until it is stopped; starts again when it fails',
      spec: `name: ticker
image: ${image}
command: ["sh", "-c", "i=0; while true; do i=$((i+1)); echo tick $i; sleep 2; done"]
resources:
  cpu: 0.25
  memory: 32MiB
restart:
  policy: on-failure
  maxRetries: 5
  backoff: 2s
grace: 5s
`,
    },
    {
      id: 'volume',
      label: 'With storage',
      hint: 'Writes checkpoints to a volume that can be synced',
      spec: `name: trainer
image: ${image}
command:
  - sh
  - -c
  - |
    step=0
    while true; do
      step=$((step+1))
      echo "loss $step" > /checkpoints/step-$step.txt
      echo "saved step $step"
      sleep 3
    done
resources:
  memory: 128MiB
volumes:
  - name: checkpoints
    path: /checkpoints
`,
    },
    {
      id: 'everywhere',
      label: 'On every node',
      hint: 'One copy on each healthy node',
      spec: `name: survey
image: ${image}
command: ["sh", "-c", "uname -a; nproc; free -m; df -h /"]
replicas: all
timeout: 5m
`,
    },
  ];
};
