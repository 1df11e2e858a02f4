'use client';
import { ErrorState } from '../components/ui/error-state.tsx';

/** What broke while rendering; a server's error arrives without its message, by its digest alone. */
export default function RouteError({ error, retry }: { error: unknown; retry: () => void }) {
  return <ErrorState page className="flex-1 justify-center" error={error} retry={retry} />;
}
