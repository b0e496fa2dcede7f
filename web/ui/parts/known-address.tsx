/** The address that an account is for, shown in full, and once more in a field for password managers. */
import { MailAddress } from './mail-address.tsx';

export function KnownAddress({ label, address }: { readonly label: string; readonly address: string }) {
  return (
    <p class="field">
      <strong>{label}</strong>
      <br />
      <MailAddress address={address} />
      <input
        class="unseen"
        type="text"
        name="username"
        autoComplete="username"
        value={address}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
    </p>
  );
}
