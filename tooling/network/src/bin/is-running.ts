// Exit code 0 when a launcher holds the given data directory, else 1.
import { runningLauncher } from '../lock.ts';

process.exitCode = runningLauncher(process.argv[2] ?? '') === undefined ? 1 : 0;
