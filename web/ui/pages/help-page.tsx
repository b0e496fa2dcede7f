/** Help: an overview for people who got a message and people who send one, and one page each. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Block, HelpTexts } from '../../help/help-texts.ts';
import { language, texts, type Language } from '../locale/locale.ts';
import { checkTexts } from './check-texts.ts';
import { PageSkeleton } from '../parts/controls.tsx';
import { FailedPage } from '../parts/failed-page.tsx';
import { Page } from '../parts/page.tsx';
import { site } from '../site.ts';
import { explain } from '../explain.ts';
import { ApiFailure } from '../api.ts';
import { NotFoundPage } from './not-found-page.tsx';

const LOADERS: Readonly<Record<Language, () => Promise<HelpTexts>>> = {
  en: async () => (await import('../../help/en.ts')).help,
  es: async () => (await import('../../help/es.ts')).help,
};

export default function HelpPage({ pieces }: { readonly pieces: Record<string, string> }) {
  const [help, setHelp] = useState<HelpTexts | null>(null);
  const [failed, setFailed] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const shown = language.value;
  useEffect(() => {
    let wanted = true;
    setFailed(0);
    LOADERS[shown]().then(
      (loaded) => wanted && setHelp(loaded),
      () => wanted && setFailed(1),
    );
    return () => {
      wanted = false;
    };
  }, [shown, attempt]);
  if (failed > 0) {
    return (
      <FailedPage text={explain(new ApiFailure('offline', 0))} onRetry={() => setAttempt(attempt + 1)} />
    );
  }
  if (help === null) return <PageSkeleton />;
  const slug = pieces['page'];
  return slug === undefined ? <Overview help={help} /> : <OnePage help={help} slug={slug} />;
}

interface LinksProps {
  readonly help: HelpTexts;
  readonly audience: 'recipient' | 'sender';
  readonly children?: ComponentChildren;
}

function Links({ help, audience, children }: LinksProps) {
  return (
    <ul class="help-links">
      {help
        .filter((page) => page.audience === audience)
        .map((page) => (
          <li key={page.slug}>
            <a href={`/help/${page.slug}`}>{page.title}</a>
          </li>
        ))}
      {children}
    </ul>
  );
}

function Overview({ help }: { readonly help: HelpTexts }) {
  const t = texts();
  const line = site.value?.helpLine ?? null;
  return (
    <div class="card">
      <Page title={t.help.title}>
        {line !== null && <p class="box">{t.helpLine(line.phone, line.hours)}</p>}
        <h2>{t.help.forRecipients}</h2>
        <Links help={help} audience="recipient">
          <li>
            <a href="/help/fake">{checkTexts().whole}</a>
          </li>
        </Links>
        <h2>{t.help.forSenders}</h2>
        <Links help={help} audience="sender" />
      </Page>
    </div>
  );
}

function OnePage({ help, slug }: { readonly help: HelpTexts; readonly slug: string }) {
  const page = help.find((candidate) => candidate.slug === slug);
  if (page === undefined) return <NotFoundPage />;
  return (
    <div class="card help-body">
      <Page title={page.title}>
        {page.blocks.map((block, position) => (
          <ShownBlock key={position} block={block} />
        ))}
        <p class="divided">
          <a href="/help">{texts().help.all}</a>
        </p>
      </Page>
    </div>
  );
}

/** `**strong**`, `` `code` `` and `[text](/path)`, nothing else. */
function Inline({ text }: { readonly text: string }) {
  const filled = fillIn(text);
  const pieces = filled.split(/(\*\*[^*]+\*\*|`[^`]+`|\[[^\]]+\]\([^)]+\))/);
  return (
    <>
      {pieces.map((piece) => {
        if (piece.startsWith('**')) return <strong>{piece.slice(2, -2)}</strong>;
        if (piece.startsWith('`')) return <code>{piece.slice(1, -1)}</code>;
        const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(piece);
        return link === null ? piece : <a href={link[2] ?? '/help'}>{link[1] ?? ''}</a>;
      })}
    </>
  );
}

/** An inline link, or nothing; brackets and parentheses would end it early. */
function linkTo(label: string, url: string): string {
  return url === ''
    ? ''
    : `[${label.replaceAll(/[[\]]/g, '')}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

/** What differs from site to site. */
function fillIn(text: string): string {
  const { organization = '', helpLine, forSenders, publicUrl } = site.value ?? {};
  const t = texts();
  const line = helpLine == null ? '' : t.helpLine(helpLine.phone, helpLine.hours);
  const {
    helpDeskPhone = '',
    helpDeskHours = '',
    policyUrl = '',
    patientPortalUrl = '',
    securityOfficer = '',
  } = forSenders ?? {};
  return text
    .replaceAll('{helpDesk}', helpDeskPhone === '' ? '' : t.help.helpDesk(helpDeskPhone, helpDeskHours))
    .replaceAll('{securityOfficer}', securityOfficer === '' ? '' : t.help.securityOfficer(securityOfficer))
    .replaceAll('{policy}', linkTo(t.help.policy(organization), policyUrl))
    .replaceAll('{patientPortal}', linkTo(t.help.patientPortal(organization), patientPortalUrl))
    .replaceAll('{organization}', organization)
    .replaceAll('{helpLine}', line)
    .replaceAll('{publicUrl}', publicUrl ?? '');
}

function ShownBlock({ block }: { readonly block: Block }) {
  if (typeof block === 'string') {
    const text = fillIn(block);
    return text.trim() === '' ? null : (
      <p>
        <Inline text={block} />
      </p>
    );
  }
  if ('h' in block) return <h2>{block.h}</h2>;
  if ('note' in block) {
    return (
      <p class="box">
        <Inline text={block.note} />
      </p>
    );
  }
  const items = ('steps' in block ? block.steps : block.list).map((item) => (
    <li>
      <Inline text={item} />
    </li>
  ));
  return 'steps' in block ? <ol>{items}</ol> : <ul>{items}</ul>;
}
