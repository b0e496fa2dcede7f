/** A page that could not be shown at all, with a way on. */
import { texts } from '../locale/locale.ts';
import { ProblemBox } from './controls.tsx';
import { Page } from './page.tsx';

export function FailedPage({ text, onRetry }: { readonly text: string; readonly onRetry: () => void }) {
  return (
    <div class="card">
      <Page title={texts().failedTitle} tabTitle={texts().sendSecure}>
        <ProblemBox text={text} onRetry={onRetry} />
      </Page>
    </div>
  );
}
