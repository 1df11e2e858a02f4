'use client';
import { ChevronRight, FlaskConical, Wallet } from 'lucide-react';
import { useConnect, useConnectors, type Connector } from 'wagmi';
import { Badge } from '../../components/ui/status-pill.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { DEV_WALLET_ID } from '../../lib/wallet/dev-wallet.ts';
import { useMasterInfo } from '../../lib/use-master-info.ts';

/** The wallets that announced themselves (EIP-6963), and on the dev chain the built-in one. */
export const ConnectStep = ({ onConnected }: { onConnected: (address: string | undefined) => void }) => {
  const connectors = useConnectors();
  const { data: info } = useMasterInfo();
  const connect = useConnect({ mutation: { onSuccess: ({ accounts }) => onConnected(accountAddress(accounts[0])) } });
  const pending = connect.isPending ? connect.variables?.connector : undefined;
  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-col gap-2">
        {connectors.map((connector) => (
          <li key={connector.uid}>
            <WalletOption
              connector={connector}
              busy={pending === connector}
              disabled={connect.isPending}
              onSelect={() => connect.mutate({ connector })}
            />
          </li>
        ))}
      </ul>
      {connectors.length === 0 ? (
        <p className="rounded-md bg-sunken px-4 py-3 text-sm text-muted">
          {info
            ? 'No wallet was found in this browser. Install an extension such as MetaMask or Rabby, then reload this page.'
            : 'Waiting for the server to say which chain it follows…'}
        </p>
      ) : null}
      {connect.error ? <ErrorNote error={connect.error} /> : null}
    </div>
  );
};

/** A caller may ask wagmi for accounts with their capabilities; then an account is an object. */
const accountAddress = (account: string | { address: string } | undefined): string | undefined =>
  typeof account === 'object' ? account.address : account;

type WalletOptionProps = { connector: Connector; busy: boolean; disabled: boolean; onSelect: () => void };

const WalletOption = ({ connector, busy, disabled, onSelect }: WalletOptionProps) => {
  const isDev = connector.id === DEV_WALLET_ID;
  return (
    <button
      type="button"
      onClick={onSelect}
      disabled={disabled}
      data-testid={isDev ? 'dev-wallet' : `wallet-${connector.id}`}
      className="flex w-full items-center gap-3.5 rounded-lg bg-raised px-4 py-3 text-left ring-1 ring-line-strong transition-colors ring-inset hover:bg-hover disabled:opacity-60"
    >
      <span
        aria-hidden
        className="grid size-9 shrink-0 place-items-center overflow-hidden rounded-md bg-sunken text-muted [&_svg]:size-4.5"
      >
        {isDev ? <FlaskConical /> : connector.icon ? <WalletIcon source={connector.icon} /> : <Wallet />}
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
          {connector.name}
          {isDev ? <Badge tone="warn">dev chain only</Badge> : null}
        </span>
        <span className="block text-xs text-muted">
          {isDev ? 'Built in, with a key that everybody knows. Needs no extension.' : 'Found in this browser'}
        </span>
      </span>
      {busy ? <Spinner label="Connecting" className="text-faint" /> : <ChevronRight aria-hidden className="size-4 text-faint" />}
    </button>
  );
};

/** What an extension says is its icon: a data URL, drawn as a picture and nothing else. */
const WalletIcon = ({ source }: { source: string }) => (
  <span className="size-9 bg-cover bg-center" style={{ backgroundImage: `url(${JSON.stringify(source.trim())})` }} />
);
