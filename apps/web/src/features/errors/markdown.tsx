import Link from 'next/link';
import { ScrollBox } from '../../components/ui/scroll-box.tsx';
import type { Block, Inline } from '../../lib/markdown.ts';

/** Error pages name each other by file. */
const hrefOf = (href: string): string => href.replace(/^(?:\.\/)?([A-Z_]+)\.md$/, '/errors/$1');

const InlineText = ({ content }: { content: readonly Inline[] }) =>
  content.map((part, index) => {
    if (part.kind === 'code')
      return (
        <code key={index} className="rounded-xs bg-sunken px-1 py-0.5 font-mono text-[0.85em] ring-1 ring-line ring-inset">
          {part.text}
        </code>
      );
    if (part.kind === 'strong')
      return (
        <strong key={index} className="font-semibold">
          {part.text}
        </strong>
      );
    if (part.kind === 'text') return part.text;
    const href = hrefOf(part.href);
    return href.startsWith('/') || href.startsWith('http') ? (
      <Link key={index} href={href} className="text-accent-text underline underline-offset-4">
        {part.text}
      </Link>
    ) : (
      part.text
    );
  });

/** The page's own title is drawn by its header, so headings of level 1 are left out. */
export const Markdown = ({ blocks }: { blocks: readonly Block[] }) => (
  <div className="flex flex-col gap-4 text-base">
    {blocks.map((block, index) => {
      if (block.kind === 'heading') {
        return block.level === 1 ? null : (
          <h2 key={index} className="mt-3 text-base font-semibold">
            <InlineText content={block.content} />
          </h2>
        );
      }
      if (block.kind === 'code') {
        return (
          <ScrollBox key={index} label="Example" className="overflow-x-auto rounded-md bg-sunken px-4 py-3 ring-1 ring-line ring-inset">
            <pre className="font-mono text-xs leading-5">{block.text}</pre>
          </ScrollBox>
        );
      }
      if (block.kind === 'paragraph') {
        return (
          <p key={index} className="text-muted">
            <InlineText content={block.content} />
          </p>
        );
      }
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List key={index} className={`${block.ordered ? 'list-decimal' : 'list-disc'} space-y-1 pl-5 text-muted marker:text-faint`}>
          {block.items.map((item, at) => (
            <li key={at}>
              <InlineText content={item} />
            </li>
          ))}
        </List>
      );
    })}
  </div>
);
