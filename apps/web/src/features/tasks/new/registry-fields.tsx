import { LoginFields, type RegistryLogin } from '../registry-login.tsx';

type RegistryFieldsProps = { registry: string; login: RegistryLogin; onChange: (login: RegistryLogin) => void };

/** For a private image; empty for a public one. */
export const RegistryFields = ({ registry, login, onChange }: RegistryFieldsProps) => (
  <details className="group rounded-md px-4 py-3 ring-1 ring-inset ring-line-strong" data-testid="registry-fields">
    <summary className="cursor-pointer text-sm font-medium">
      Private image <span className="font-normal text-muted">credentials for {registry}</span>
    </summary>
    <div className="mt-4">
      <LoginFields login={login} onChange={onChange} />
    </div>
  </details>
);
