/** A path that shows nothing. */
import { texts } from '../locale/locale.ts';
import { Page } from '../parts/page.tsx';

export function NotFoundPage() {
  const t = texts();
  return (
    <div class="card">
      <Page title={t.notFound.title}>
        <p>{t.notFound.text}</p>
        <p>
          <a href="/">{t.notFound.home}</a>
        </p>
      </Page>
    </div>
  );
}
