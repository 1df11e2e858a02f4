import Link from 'next/link';
import { Compass } from 'lucide-react';
import { Button } from '../components/ui/button.tsx';
import { EmptyState } from '../components/ui/empty-state.tsx';

export default function NotFound() {
  return (
    <EmptyState
      page
      className="flex-1 justify-center"
      icon={<Compass />}
      title="There is nothing at this address"
      action={
        <Button asChild variant="primary">
          <Link href="/">To your runs</Link>
        </Button>
      }
    >
      The link may be incomplete, or what it names belongs to another wallet.
    </EmptyState>
  );
}
