/** The code that the help desk read out: its page is fetched when somebody has one. */
import type { TelephoneCodeProps } from '../../hand-over/telephone-code.tsx';
import { PageSkeleton } from '../parts/controls.tsx';
import { LazyPart } from '../parts/lazy-part.tsx';

const load = () => import('../../hand-over/telephone-code.tsx');

export function TelephoneCode(props: TelephoneCodeProps) {
  return <LazyPart load={load} props={props} waiting={<PageSkeleton />} />;
}
