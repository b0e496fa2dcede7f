/** Which page a path shows. What a first visit does not need is loaded when it is asked for. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { HomePage } from './pages/home-page.tsx';
import { LinkPage } from './pages/link-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { PageSkeleton } from './parts/controls.tsx';
import { Layout } from './parts/layout.tsx';
import { LazyPart } from './parts/lazy-part.tsx';
import type { PageModule, Pieces } from './parts/page-module.ts';
import { loadMessagePage } from './preload.ts';
import { match, path } from './router.ts';
import { refreshSession, session } from './session.ts';
import { loadSite } from './site.ts';
import { loadProviderPage } from './steps/credential-steps.tsx';

function Lazy({ load, pieces }: { readonly load: () => Promise<PageModule>; readonly pieces: Pieces }) {
  return <LazyPart load={load} props={{ pieces }} waiting={<PageSkeleton />} />;
}

const loadListPage = (): Promise<PageModule> => import('../reader/list-page.tsx');
const loadAccountPage = (): Promise<PageModule> => import('../account/account-page.tsx');
const loadStopResetPage = (): Promise<PageModule> => import('../credentials/stop-reset-page.tsx');
const loadJoinPage = (): Promise<PageModule> => import('../access/join-page.tsx');
const loadCheckPage = (): Promise<PageModule> => import('./pages/check-page.tsx');
const loadFakePage = (): Promise<PageModule> => import('./pages/fake-page.tsx');
const loadHelpPage = (): Promise<PageModule> => import('./pages/help-page.tsx');

interface Route {
  readonly pattern: string;
  readonly wide?: boolean;
  readonly show: (pieces: Pieces) => VNode;
}

const ROUTES: readonly Route[] = [
  { pattern: '/', show: () => <HomePage /> },
  {
    pattern: '/m/:token',
    show: (pieces) => <LinkPage key={pieces['token'] ?? ''} token={pieces['token'] ?? ''} />,
  },
  { pattern: '/sign-in', show: () => <SignInPage /> },
  {
    pattern: '/sign-in/:provider',
    show: (pieces) => <Lazy key="provider" load={loadProviderPage} pieces={pieces} />,
  },
  {
    pattern: '/messages',
    wide: true,
    show: (pieces) => <Lazy key="list" load={loadListPage} pieces={pieces} />,
  },
  {
    pattern: '/messages/:id',
    wide: true,
    show: (pieces) => <Lazy key={`message-${pieces['id'] ?? ''}`} load={loadMessagePage} pieces={pieces} />,
  },
  { pattern: '/account', show: (pieces) => <Lazy key="account" load={loadAccountPage} pieces={pieces} /> },
  {
    pattern: '/stop-reset/:token',
    show: (pieces) => <Lazy key="stop-reset" load={loadStopResetPage} pieces={pieces} />,
  },
  { pattern: '/join', show: (pieces) => <Lazy key="join" load={loadJoinPage} pieces={pieces} /> },
  { pattern: '/check', show: (pieces) => <Lazy key="check" load={loadCheckPage} pieces={pieces} /> },
  { pattern: '/help', show: (pieces) => <Lazy key="help" load={loadHelpPage} pieces={pieces} /> },
  { pattern: '/help/fake', show: (pieces) => <Lazy key="fake" load={loadFakePage} pieces={pieces} /> },
  {
    pattern: '/help/:page',
    show: (pieces) => <Lazy key={`help-${pieces['page'] ?? ''}`} load={loadHelpPage} pieces={pieces} />,
  },
];

export function App() {
  useEffect(() => {
    // Without the site's name a page still works; its own requests tell of a lost connection.
    loadSite().catch(() => {});
    if (session.peek() === null) refreshSession().catch(() => {});
  }, []);
  for (const route of ROUTES) {
    const pieces = match(route.pattern, path.value);
    if (pieces !== null) return <Layout wide={route.wide === true}>{route.show(pieces)}</Layout>;
  }
  return (
    <Layout wide={false}>
      <NotFoundPage />
    </Layout>
  );
}
