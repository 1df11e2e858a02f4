import { ERROR_CODES, isErrorCode } from '@muster/protocol/errors/codes';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeader } from '../../../components/ui/page-header.tsx';
import { Markdown } from '../../../features/errors/markdown.tsx';
import { parseMarkdown, type Block } from '../../../lib/markdown.ts';
import { readErrorPage } from '../../../lib/server/error-pages.ts';

type Props = { params: Promise<{ code: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({ title: (await params).code });

/** The pages begin with their title, which the header shows already. */
const isTitle = (block: Block, title: string): boolean =>
  block.kind === 'paragraph' && block.content.map((part) => part.text).join('') === title;

/** What an error code means and what to do: the project's own page about it. */
export default async function ErrorCodePage({ params }: Props) {
  const { code } = await params;
  if (!isErrorCode(code)) notFound();
  const { title, hint } = ERROR_CODES[code];
  const page = await readErrorPage(code);
  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-6">
      <PageHeader title={title} meta={<span className="font-mono text-xs">{code}</span>} />
      {page === null ? (
        <p className="text-muted">{hint}</p>
      ) : (
        <Markdown blocks={parseMarkdown(page).filter((block) => !isTitle(block, title))} />
      )}
    </div>
  );
}
