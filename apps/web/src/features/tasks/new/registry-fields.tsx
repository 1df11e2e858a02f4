import { Field } from '../../../components/ui/field.tsx';
import { Input } from '../../../components/ui/input.tsx';

export type RegistryLogin = { username: string; password: string };

type RegistryFieldsProps = { registry: string; login: RegistryLogin; onChange: (login: RegistryLogin) => void };

/** For a private image; empty for a public one. What is typed here leaves the page sealed, or not at all. */
export const RegistryFields = ({ registry, login, onChange }: RegistryFieldsProps) => (
  <details className="group rounded-md px-4 py-3 ring-1 ring-inset ring-line-strong" data-testid="registry-fields">
    <summary className="cursor-pointer text-sm font-medium">
      Private image <span className="font-normal text-muted">credentials for {registry}</span>
    </summary>
    <div className="mt-4 grid gap-4 sm:grid-cols-2">
      <Field label="User name" optional hint="As for docker login.">
        {(control) => (
          <Input
            {...control}
            value={login.username}
            onChange={({ target }) => onChange({ ...login, username: target.value })}
            data-testid="registry-username"
          />
        )}
      </Field>
      <Field label="Password or token" hint="Sealed in this page to the keys of the run's nodes; the server cannot read it.">
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="new-password"
            value={login.password}
            onChange={({ target }) => onChange({ ...login, password: target.value })}
            data-testid="registry-password"
          />
        )}
      </Field>
    </div>
  </details>
);
