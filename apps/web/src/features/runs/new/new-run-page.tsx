'use client';
import { Card } from '../../../components/ui/card.tsx';
import { ErrorState } from '../../../components/ui/error-state.tsx';
import { PageHeader } from '../../../components/ui/page-header.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useMasterInfo } from '../../../lib/use-master-info.ts';
import { NewRunForm } from './new-run-form.tsx';

export const NewRunPage = () => {
  const { data: info, isError, error, refetch } = useMasterInfo();
  return (
    <>
      <PageHeader crumbs={[{ label: 'Your runs', href: '/' }]} title="New run" />
      {info ? (
        <NewRunForm info={info} />
      ) : (
        <Card className="min-h-120">
          {isError ? <ErrorState error={error} retry={() => void refetch()} /> : <Skeleton className="m-6 h-100" />}
        </Card>
      )}
    </>
  );
};
