'use client';
import { Link2Off } from 'lucide-react';
import { Card } from '../../../components/ui/card.tsx';
import { EmptyState } from '../../../components/ui/empty-state.tsx';
import { ErrorState } from '../../../components/ui/error-state.tsx';
import { PageHeader } from '../../../components/ui/page-header.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useMasterInfo } from '../../../lib/use-master-info.ts';
import { RegisterForm } from './register-form.tsx';
import { useConsentLink } from './use-consent-link.ts';

/** For a provider whose key is not on the miner: the node signed its consent, the provider's wallet sends it. */
export const RegisterPage = () => {
  const consent = useConsentLink();
  const { data: info, isError, error, refetch } = useMasterInfo();
  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-6">
      <PageHeader
        title="Register a node"
        meta={
          <span>The node has signed that you may register it. Your wallet sends the transaction and becomes its provider, for good.</span>
        }
      />
      <Card>
        {isError ? (
          <ErrorState error={error} retry={() => void refetch()} />
        ) : consent === null || !info ? (
          <Skeleton className="m-6 h-80" />
        ) : consent.ok ? (
          <RegisterForm link={consent.link} info={info} />
        ) : (
          <EmptyState icon={<Link2Off />} title="This is not a consent link">
            {consent.reason}
          </EmptyState>
        )}
      </Card>
    </div>
  );
};
