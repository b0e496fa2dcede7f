/** Fetches the page of a message that can't be opened when it is needed: few first visits see it. */
import type { ClosedProps } from '../../closed/closed-message.tsx';
import { PageSkeleton } from './controls.tsx';
import { LazyPart } from './lazy-part.tsx';

const loadClosedMessage = () => import('../../closed/closed-message.tsx');

export function Closed(props: ClosedProps) {
  return <LazyPart load={loadClosedMessage} props={props} waiting={<PageSkeleton />} />;
}
