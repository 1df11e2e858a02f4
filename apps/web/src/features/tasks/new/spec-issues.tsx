import type { TaskSpecIssue } from '@muster/protocol/task-spec/parse-task-spec';
import { Check, CircleAlert } from 'lucide-react';

const inTextOrder = (issues: readonly TaskSpecIssue[]): readonly TaskSpecIssue[] =>
  issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));

type SpecIssuesProps = { id: string; issues: readonly TaskSpecIssue[]; summary: string };

/** What is wrong with the spec and where; or, when nothing is, what it asks for. Keeps its height. */
export const SpecIssues = ({ id, issues, summary }: SpecIssuesProps) => (
  <div id={id} aria-live="polite" className="min-h-11 text-sm" data-testid="spec-issues">
    {issues.length === 0 ? (
      <p className="flex items-start gap-2 text-muted">
        <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-text" />
        {summary}
      </p>
    ) : (
      <ul className="flex flex-col gap-1.5">
        {inTextOrder(issues).map((issue, index) => (
          <li key={index} className="flex items-start gap-2">
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
            <span className="min-w-0">
              {issue.line === undefined ? null : <span className="figures mr-1.5 text-muted">Line {issue.line}</span>}
              {issue.path ? (
                <code className="mr-1.5 rounded-xs bg-bad-soft px-1 py-0.5 font-mono text-xs text-bad">{issue.path}</code>
              ) : null}
              {issue.message}
              {issue.hint ? <span className="text-muted"> {issue.hint}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    )}
  </div>
);
