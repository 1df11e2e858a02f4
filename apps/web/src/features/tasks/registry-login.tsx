import { Field } from '../../components/ui/field.tsx';
import { Input } from '../../components/ui/input.tsx';

export type RegistryLogin = { username: string; password: string };

export const NO_LOGIN: RegistryLogin = { username: '', password: '' };

type LoginFieldsProps = { login: RegistryLogin; onChange: (login: RegistryLogin) => void };

/** What is typed here leaves the page sealed, or not at all. */
export const LoginFields = ({ login, onChange }: LoginFieldsProps) => (
  <div className="grid gap-4 sm:grid-cols-2">
    <Field label="User name" optional hint="As for docker login.">
      {(control) => (
        <Input
          {...control}
          autoComplete="off"
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
);
