/** A page's content: its heading takes the focus when one page follows another, and names the tab. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { pagesShown } from '../router.ts';
import { site } from '../site.ts';

export interface PageProps {
  readonly title: string;
  /** For the tab where the heading is not for it: a message's subject never gets into titles or history. */
  readonly tabTitle?: string;
  /** Focus the heading although it is the first page: the step of a flow changed. */
  readonly stepped?: boolean;
  readonly children?: ComponentChildren;
}

export function Page({ title, tabTitle, stepped, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const organization = site.value?.organization;
  useEffect(() => {
    document.title =
      organization === undefined ? (tabTitle ?? title) : `${tabTitle ?? title} – ${organization}`;
  }, [title, tabTitle, organization]);
  useLayoutEffect(() => {
    if (pagesShown.peek() > 0 || stepped === true) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}
