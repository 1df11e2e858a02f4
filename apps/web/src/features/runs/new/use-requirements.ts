'use client';
import { parseRequirements } from '@muster/protocol/requirements/parse-requirements';
import type { Requirements } from '@muster/protocol/requirements/requirements';
import { useState } from 'react';
import { fieldsOf, NO_FIELDS, textOf, type RequirementFields } from '../../../lib/requirements/fields.ts';

type State = { text: string; fields: RequirementFields; /** The newest text that could be read. */ base: Requirements };

/** Fields and text of the requirements, each following the other; the text is what goes on chain. */
export function useRequirements() {
  const [state, setState] = useState<State>({ text: '', fields: NO_FIELDS, base: {} });
  const result = parseRequirements(state.text);

  const setText = (text: string): void => {
    const next = parseRequirements(text);
    setState((old) => (next.ok ? { text, fields: fieldsOf(next.value), base: next.value } : { ...old, text }));
  };

  const setField = (name: keyof RequirementFields, typed: string): void =>
    setState((old) => {
      const fields = { ...old.fields, [name]: typed };
      const text = textOf(fields, old.base);
      const next = parseRequirements(text);
      return { text, fields, base: next.ok ? next.value : old.base };
    });

  return { text: state.text, fields: state.fields, result, setText, setField };
}

export type RequirementsForm = ReturnType<typeof useRequirements>;
