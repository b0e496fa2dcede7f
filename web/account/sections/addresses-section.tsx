/** The addresses of the account: adding one takes a code mailed to it, removing one closes what came to it. */
import { useState } from 'preact/hooks';
import { call } from '../../ui/api.ts';
import { texts } from '../../ui/locale/locale.ts';
import { Button, Field } from '../../ui/parts/controls.tsx';
import { Dialog } from '../../ui/parts/dialog.tsx';
import { MailAddress } from '../../ui/parts/mail-address.tsx';
import { useRequest } from '../../ui/use-request.ts';
import type { SectionProps } from '../account-page.tsx';
import { useAccountTexts } from '../account-texts.ts';
import { DoneNote, Section } from '../parts.tsx';
import { AccountProblem } from '../problem.tsx';

const PATH = '/api/account/addresses';

export function AddressesSection({ account, reload }: SectionProps) {
  const t = useAccountTexts().addresses;
  const [done, setDone] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const several = account.addresses.length > 1;
  return (
    <Section title={t.title}>
      <p>{t.lead}</p>
      <ul class="attachments">
        {account.addresses.map(({ address, confirmed }) => (
          <li key={address} class="file">
            <span class="file-name">
              <MailAddress address={address} />
            </span>
            {!confirmed && (
              <Confirm
                address={address}
                onConfirmed={async () => {
                  await reload();
                  setDone(t.confirmed(address));
                }}
              />
            )}
            {several && (
              <Button kind="second" small label={t.removeName(address)} onPress={() => setRemoving(address)}>
                {t.remove}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <DoneNote text={done} />
      <AddAddress
        onAdded={async (address) => {
          await reload();
          setDone(t.added(address));
        }}
      />
      {removing !== null && (
        <RemoveDialog
          address={removing}
          onClose={() => setRemoving(null)}
          onRemoved={async () => {
            await reload();
            setDone(t.removed(removing));
            setRemoving(null);
          }}
        />
      )}
    </Section>
  );
}

/** For an address that somebody else may have added before the password was reset. */
function Confirm({
  address,
  onConfirmed,
}: {
  readonly address: string;
  readonly onConfirmed: () => Promise<void>;
}) {
  const t = useAccountTexts().addresses;
  const [isSent, setSent] = useState(false);
  const sending = useRequest();
  if (isSent)
    return <TypeCode sentTo={address} onCancel={() => setSent(false)} onAdded={() => onConfirmed()} />;
  return (
    <div class="box">
      <p>{t.rests}</p>
      <AccountProblem failure={sending.failure} />
      <Button
        small
        busy={sending.busy}
        label={t.confirmName(address)}
        onPress={() =>
          sending.run(async () => {
            await call('POST', `${PATH}/code`, { address });
            setSent(true);
          })
        }
      >
        {t.confirm}
      </Button>
    </div>
  );
}

interface AddAddressProps {
  readonly onAdded: (address: string) => Promise<void>;
}

function AddAddress({ onAdded }: AddAddressProps) {
  const t = useAccountTexts().addresses;
  const [address, setAddress] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const sending = useRequest();

  if (sentTo !== null) {
    return (
      <TypeCode
        sentTo={sentTo}
        onCancel={() => setSentTo(null)}
        onAdded={async (added) => {
          await onAdded(added);
          setSentTo(null);
          setAddress('');
        }}
      />
    );
  }
  return (
    <form
      noValidate
      class="divided"
      onSubmit={(event) => {
        event.preventDefault();
        sending.run(async () => {
          await call('POST', `${PATH}/code`, { address });
          setSentTo(address.trim());
        });
      }}
    >
      <Field
        id="new-address"
        label={t.label}
        input={{ type: 'email', autoComplete: 'off', value: address, onText: setAddress }}
      />
      <AccountProblem failure={sending.failure} />
      <Button kind="second" submit busy={sending.busy}>
        {t.add}
      </Button>
    </form>
  );
}

interface TypeCodeProps extends AddAddressProps {
  readonly sentTo: string;
  readonly onCancel: () => void;
}

function TypeCode({ sentTo, onAdded, onCancel }: TypeCodeProps) {
  const t = useAccountTexts().addresses;
  const general = texts();
  const [code, setCode] = useState('');
  const checking = useRequest();
  return (
    <form
      noValidate
      class="divided"
      onSubmit={(event) => {
        event.preventDefault();
        checking.run(async () => {
          const { address } = await call<{ address: string }>('POST', `${PATH}/verify`, { code });
          await onAdded(address);
        });
      }}
    >
      <p role="status">{t.codeSent(sentTo)}</p>
      <Field
        id="address-code"
        label={general.code.label}
        hint={general.code.hint}
        input={{
          class: 'code',
          type: 'text',
          inputMode: 'numeric',
          autoComplete: 'one-time-code',
          value: code,
          onText: (typed) => setCode(typed.replace(/\D/g, '').slice(0, 6)),
        }}
      />
      <AccountProblem failure={checking.failure} />
      <div class="row">
        <Button submit busy={checking.busy}>
          {t.confirm}
        </Button>
        <Button kind="second" onPress={onCancel}>
          {general.cancel}
        </Button>
      </div>
    </form>
  );
}

interface RemoveDialogProps {
  readonly address: string;
  readonly onClose: () => void;
  readonly onRemoved: () => Promise<void>;
}

function RemoveDialog({ address, onClose, onRemoved }: RemoveDialogProps) {
  const t = useAccountTexts().addresses;
  const removing = useRequest();
  return (
    <Dialog title={t.removeTitle} onClose={onClose}>
      <p>
        <strong>
          <MailAddress address={address} />
        </strong>
      </p>
      <p>{t.removeText}</p>
      <AccountProblem failure={removing.failure} />
      <div class="row">
        <Button
          busy={removing.busy}
          onPress={() =>
            removing.run(async () => {
              await call('POST', `${PATH}/remove`, { address });
              await onRemoved();
            })
          }
        >
          {t.removeYes}
        </Button>
        <Button kind="second" onPress={onClose}>
          {texts().cancel}
        </Button>
      </div>
    </Dialog>
  );
}
