/** Where the mail leads that says that one may read for somebody else. */
import { navigate } from '../ui/router.ts';
import { returnTo, session } from '../ui/session.ts';
import { Join } from './join.tsx';

export default function JoinPage() {
  if (session.value?.signedIn === true) {
    navigate('/messages', { replace: true });
    return null;
  }
  return (
    <Join
      linkToken={null}
      onDone={() => navigate('/messages', { replace: true })}
      onSignIn={() => {
        returnTo.value = '/messages';
        navigate('/sign-in');
      }}
    />
  );
}
