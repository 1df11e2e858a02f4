import { AppError } from '@muster/protocol/errors/app-error';
import { SetupError } from '@muster/runtime/setup-error';
import { DEPLOY_USAGE, parseDeployArguments } from './deploy-options.ts';
import { runDeploy } from './run-deploy.ts';

/** `node --import tsx src/deploy/deploy-main.ts --chain … --rpc … --key-file …` */
async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv.includes('--help')) {
    process.stdout.write(`${DEPLOY_USAGE}\n`);
    return argv.length === 0 ? 2 : 0;
  }
  try {
    await runDeploy(parseDeployArguments(argv), (line) => void process.stdout.write(`${line}\n`));
    return 0;
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    return 1;
  }
}

function describe(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.publicMessage}\n${error.hint}`;
  if (error instanceof SetupError) return `${error.code}: ${error.message}\n${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
