'use client';
import { parseTaskSpec, type TaskSpecIssue } from '@muster/protocol/task-spec/parse-task-spec';
import { useDeferredValue, useId, useMemo, useState, type FormEvent } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Card } from '../../../components/ui/card.tsx';
import { CodeEditor } from '../../../components/ui/code-editor.tsx';
import { ErrorNote } from '../../../components/ui/error-state.tsx';
import { summarizeSpec } from '../../../lib/spec-summary.ts';
import { ExamplePicker } from './example-picker.tsx';
import { specExamples } from './examples.ts';
import { NO_LOGIN, type RegistryLogin } from '../registry-login.tsx';
import { registryOf } from '../registry-of.ts';
import { RegistryFields } from './registry-fields.tsx';
import { SpecIssues } from './spec-issues.tsx';
import { useCreateTask } from './use-create-task.ts';

const NO_ISSUES: readonly TaskSpecIssue[] = [];

/** A spec, judged while it is typed by the same parser that the server uses. */
export const NewTaskForm = ({ runId, isDev }: { runId: string; isDev: boolean }) => {
  const examples = useMemo(() => specExamples({ isDev }), [isDev]);
  const [text, setText] = useState(examples[0]?.spec ?? '');
  // One key per form: a press that is repeated after a lost answer finds the task that it made.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const parsed = useMemo(() => parseTaskSpec(text), [text]);
  const shown = useDeferredValue(parsed);
  const issues = shown.ok ? NO_ISSUES : shown.error.issues;
  const issuesId = useId();
  const [login, setLogin] = useState<RegistryLogin>(NO_LOGIN);
  const create = useCreateTask(runId);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!parsed.ok || create.isPending) return;
    const credentials = login.password === '' ? null : { registry: registryOf(parsed.value.image), ...login };
    create.mutate({ spec: text, credentials, idempotencyKey: `${idempotencyKey}:${hashOf(text)}` });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Card>
        <div className="flex flex-col gap-4 p-5 sm:p-6">
          <ExamplePicker examples={examples} current={text} onPick={setText} />
          <CodeEditor
            label="Task spec, YAML or JSON"
            value={text}
            onChange={setText}
            errorLines={linesOf(issues)}
            describedBy={issuesId}
            minLines={18}
            data-testid="spec-editor"
          />
          <SpecIssues id={issuesId} issues={issues} summary={shown.ok ? summarizeSpec(shown.value) : ''} />
          <RegistryFields registry={shown.ok ? registryOf(shown.value.image) : 'its registry'} login={login} onChange={setLogin} />
        </div>
        <div className="flex flex-col gap-4 border-t border-line bg-sunken/50 p-5 sm:p-6">
          {create.error ? <ErrorNote error={create.error} /> : null}
          <div className="flex flex-col-reverse items-stretch gap-4 sm:flex-row sm:items-center sm:justify-between">
            <p className="text-xs text-muted">Signed orders go to healthy nodes with room for it; until there are any, the task waits.</p>
            <Button
              type="submit"
              variant="primary"
              size="lg"
              disabled={!parsed.ok}
              busy={create.isPending || create.isSuccess}
              data-testid="create-task"
            >
              Create task
            </Button>
          </div>
        </div>
      </Card>
    </form>
  );
};

const linesOf = (issues: readonly TaskSpecIssue[]): ReadonlySet<number> =>
  new Set(issues.flatMap(({ line }) => (line === undefined ? [] : [line])));

/** Tells two texts of one form apart; nothing depends on its strength. */
const hashOf = (text: string): string =>
  [...text].reduce((hash, char) => (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0, 7).toString(36);
