'use client';
import { addressSchema } from '@muster/protocol/primitives';
import { useState, type FormEvent } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Card } from '../../../components/ui/card.tsx';
import { Field } from '../../../components/ui/field.tsx';
import { UnitInput } from '../../../components/ui/input.tsx';
import { TransactionProgress } from '../../../components/ui/transaction-progress.tsx';
import { coordinationErrors, coordinationOf, type Coordination } from '../../../lib/runs/coordination.ts';
import type { MasterInfo } from '../../../lib/trpc/outputs.ts';
import { useWallet } from '../../../lib/wallet/use-wallet.ts';
import { useConnectDialog } from '../../wallet/connect-dialog.tsx';
import { CoordinationFields } from './coordination-fields.tsx';
import { RequirementFields } from './requirement-fields.tsx';
import { RequirementText } from './requirement-text.tsx';
import { usePublishRun } from './use-publish-run.ts';
import { useRequirements } from './use-requirements.ts';

const QUORUM_MAX = 255;
const quorumError = (typed: string): string | undefined =>
  /^\d{1,3}$/.test(typed) && Number(typed) >= 1 && Number(typed) <= QUORUM_MAX ? undefined : 'A whole number from 1 to 255';

export const NewRunForm = ({ info }: { info: MasterInfo }) => {
  const requirements = useRequirements();
  const [quorum, setQuorum] = useState('1');
  const [edited, setEdited] = useState<Coordination | null>(null);
  const coordination = edited ?? coordinationOf(info);
  const publishing = usePublishRun();
  const { address } = useWallet();
  const { open } = useConnectDialog();
  const valid = requirements.result.ok && quorumError(quorum) === undefined && Object.keys(coordinationErrors(coordination)).length === 0;
  const locked = publishing.busy || publishing.state.phase === 'confirmed';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!valid || locked) return;
    if (address === null) return open();
    void publishing.publish({
      registry: info.registry,
      master: addressSchema.parse(coordination.master),
      validators: addressSchema.parse(coordination.validators),
      discoveryUri: coordination.discoveryUri,
      quorum: Number(quorum),
      requirements: requirements.text.trim(),
    });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Card>
        <fieldset disabled={locked} className="contents">
          <div className="flex flex-col gap-5 p-5 sm:p-6">
            <div>
              <h2 className="text-base font-semibold">What a node must have</h2>
              <p className="text-sm text-muted">
                Leave out what does not matter. Requirements and quorum never change once the run is published.
              </p>
            </div>
            <RequirementFields form={requirements} />
            <RequirementText form={requirements} />
          </div>
          <div className="flex flex-col gap-4 border-t border-line p-5 sm:p-6">
            <div className="max-w-64">
              <Field label="Quorum" hint="Equal verdicts that settle a node" error={quorumError(quorum)}>
                {(control) => (
                  <UnitInput
                    {...control}
                    unit="verdicts"
                    value={quorum}
                    onChange={(event) => setQuorum(event.target.value.trim())}
                    data-testid="quorum"
                  />
                )}
              </Field>
            </div>
            <CoordinationFields value={coordination} changed={edited !== null} onChange={setEdited} />
          </div>
        </fieldset>
        <div className="flex flex-col gap-5 border-t border-line bg-sunken/50 p-5 sm:p-6">
          <TransactionProgress
            state={publishing.state}
            follow={{ label: publishing.runId ? `Run ${publishing.runId} read by this server` : 'Read by this server', done: false }}
          />
          <div className="flex flex-col-reverse items-stretch gap-4 sm:flex-row sm:items-center sm:justify-between">
            <p className="text-xs text-muted">
              Publishing sends one transaction from your wallet. The run is yours; you can close it at any time.
            </p>
            <Button type="submit" variant="primary" size="lg" disabled={!valid} busy={locked} data-testid="create-run">
              {address === null ? 'Connect to publish' : publishing.state.phase === 'failed' ? 'Try again' : 'Publish run'}
            </Button>
          </div>
        </div>
      </Card>
    </form>
  );
};
