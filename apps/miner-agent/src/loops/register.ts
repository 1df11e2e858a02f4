import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import type { RegistrationOnChain } from '@muster/chain/actions/get-registration';
import type { RunOnChain } from '@muster/chain/actions/get-run';
import { isLive } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import { meetsRequirements } from '@muster/protocol/requirements/meets-requirements';
import { parseRequirements, toAppError } from '@muster/protocol/requirements/parse-requirements';
import { retry } from '@muster/runtime/retry';
import { systemClock } from '@muster/runtime/clock';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import type { RunChain } from '../ports/run-chain.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';
import { consentLink, signConsent, type ConsentOptions } from '../consent.ts';

export interface RegisterOptions extends Pick<ConsentOptions, 'domain' | 'signer'> {
  chain: RunChain;
  state: JsonStore<AgentState>;
  capabilities: CapabilityDocument;
  /** Null when unknown and not needed any more: the node is registered. */
  provider: Address | null;
  /** Whether the provider's key is here to send the transaction. */
  canPay: boolean;
  dashboardUrl: string | null;
  pollMs: number;
  logger: Logger;
  signal: AbortSignal;
}

export type Registered = { seq: number; capabilities: CapabilityDocument };

/**
 * Brings the node into the run, or finds that it is there already. Nothing is sent before the run's requirements are met.
 * Throws RUN_UNKNOWN, RUN_CLOSED, REQUIREMENTS_UNMET, NODE_OWNED_BY_ANOTHER_PROVIDER, NODE_IN_ANOTHER_RUN and the contract's refusals.
 */
export async function ensureRegistered(options: RegisterOptions): Promise<Registered> {
  const { chain, state, capabilities, logger, signal } = options;
  const waitForRpc = <T>(read: () => Promise<T>) =>
    retry(read, {
      signal,
      baseMs: 500,
      maxMs: 15_000,
      retryable: (error) => AppError.is(error, 'RPC_UNAVAILABLE'),
      onError: (err, { delayMs }) => logger.warn({ event: 'rpc.unavailable', retryInMs: delayMs, err }, "the chain's RPC does not answer"),
    });

  const [run, registration, node] = await waitForRpc(() => Promise.all([chain.readRun(), chain.readRegistration(), chain.readNode()]));
  checkProvider(options, node.provider);
  if (registration && isLive(registration.standing)) return resume(options, registration);
  checkAdmission(run, options, node.activeRunId);

  const hash = capabilitiesHash(capabilities);
  const seq = (registration?.seq ?? 0) + 1;
  // Written down first: whatever happens now, the document behind the hash is not lost. A drain ended with the registration before.
  await state.update((current) => ({ ...current, registration: { seq, capabilities }, ownerDrain: null }));
  if (!options.canPay) return waitForProvider(options, { seq, hash, waitForRpc });

  const provider = requireProvider(options);
  const consent = signConsent({
    ...options,
    runId: run.runId,
    provider,
    capabilitiesHash: hash,
    seq,
    chainTimeMs: await waitForRpc(() => chain.readTime()),
  });
  logger.info({ event: 'registering', provider, seq, capabilitiesHash: hash }, 'registering on chain');
  const sent = await waitForRpc(() =>
    chain.register({ seq, capabilitiesHash: hash, deadline: consent.deadline, consent: consent.signature }),
  );
  logger.info(
    { event: 'registered', txHash: sent.txHash, seq: sent.seq, provider, capabilitiesHash: hash },
    'the chain has the registration',
  );
  return { seq: sent.seq, capabilities };
}

/** The document of a live registration is the one that was registered, whatever the machine looks like today. */
async function resume({ state, capabilities, logger }: RegisterOptions, registration: RegistrationOnChain): Promise<Registered> {
  const kept = state.get().registration;
  const known = [kept?.capabilities, capabilities].find(
    (document) => document && capabilitiesHash(document) === registration.capabilitiesHash,
  );
  if (!known) {
    throw new AppError('CAPABILITIES_MISMATCH', {
      publicMessage: 'The node is registered with a capability document that this data directory does not have',
      hint: 'Use the data directory that it was registered from, or leave the run and register again.',
    });
  }
  const { seq, standing, provider } = registration;
  await state.update((current) => ({ ...current, registration: { seq, capabilities: known } }));
  logger.info(
    { event: 'registered', resumed: true, seq, standing, provider, capabilitiesHash: registration.capabilitiesHash },
    'the node is registered already',
  );
  return { seq, capabilities: known };
}

function checkProvider({ provider }: RegisterOptions, owner: Address | null): void {
  if (owner === null || provider === null || owner === provider) return;
  throw new AppError('NODE_OWNED_BY_ANOTHER_PROVIDER', {
    publicMessage: `This node belongs to ${owner}, not to ${provider}`,
    data: { owner, provider },
  });
}

/** "A run's requirements are checked before any gas is spent." */
function checkAdmission(run: RunOnChain, { capabilities }: RegisterOptions, activeRunId: string | null): void {
  if (run.closedAt !== null)
    throw new AppError('RUN_CLOSED', { publicMessage: `Run ${run.runId} was closed at ${new Date(run.closedAt).toISOString()}` });
  if (activeRunId !== null && activeRunId !== run.runId) {
    throw new AppError('NODE_IN_ANOTHER_RUN', { publicMessage: `This node is live in run ${activeRunId}`, data: { activeRunId } });
  }
  const requirements = parseRequirements(run.requirements);
  if (!requirements.ok) throw toAppError(requirements.error);
  const met = meetsRequirements(capabilities, requirements.value);
  if (met.ok) return;
  const list = met.error.map(({ key, required, actual }) => `${key}: ${required} is asked, ${actual} is there`).join('; ');
  throw new AppError('REQUIREMENTS_UNMET', {
    publicMessage: `This machine does not meet the run's requirements: ${list}`,
    data: { unmet: met.error },
  });
}

function requireProvider({ provider }: Pick<RegisterOptions, 'provider'>): Address {
  if (provider !== null) return provider;
  throw new AppError('CONFIG_INVALID', {
    publicMessage: "Neither the provider's key nor its address is known",
    hint: 'Set MUSTER_PROVIDER to the address of the wallet that will register this node: its consent names it.',
  });
}

interface Waiting {
  seq: number;
  hash: `0x${string}`;
  waitForRpc: <T>(read: () => Promise<T>) => Promise<T>;
}

/** Prints the consent as a link, then watches the chain until the provider has used it; an expired one is replaced. */
async function waitForProvider(options: RegisterOptions, { seq, hash, waitForRpc }: Waiting): Promise<Registered> {
  const { chain, logger, signal, capabilities, pollMs, dashboardUrl } = options;
  const provider = requireProvider(options);
  const { runId } = options.state.get().identity;
  let deadlineMs = 0;
  for (;;) {
    const chainTimeMs = await waitForRpc(() => chain.readTime());
    if (chainTimeMs >= deadlineMs) {
      const consent = signConsent({ ...options, runId, provider, capabilitiesHash: hash, seq, chainTimeMs });
      deadlineMs = consent.deadline * 1000;
      const link = consentLink(dashboardUrl, consent);
      logger.info(
        { event: 'consent.offered', provider, seq, capabilitiesHash: hash, deadline: consent.deadline, link },
        `open this link with the provider's wallet to register the node: ${link}`,
      );
    }
    const registration = await waitForRpc(() => chain.readRegistration());
    if (registration && registration.seq >= seq && isLive(registration.standing)) {
      logger.info(
        { event: 'registered', seq: registration.seq, provider: registration.provider, capabilitiesHash: hash },
        'the provider has registered the node',
      );
      return { seq: registration.seq, capabilities };
    }
    await systemClock.sleep(pollMs, signal);
  }
}
