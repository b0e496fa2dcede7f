/** The shape of the help pages. A string is a paragraph; inline marks: `**strong**`, code and links to own pages. */

export type Block =
  | string
  | { readonly h: string }
  | { readonly note: string }
  | { readonly steps: readonly string[] }
  | { readonly list: readonly string[] };

export interface HelpPageTexts {
  /** The last piece of `/help/…`; the same in every language. */
  readonly slug: string;
  readonly audience: 'recipient' | 'sender';
  readonly title: string;
  /** `{organization}`, `{helpLine}`, `{helpDesk}`, `{securityOfficer}`, `{policy}`, `{patientPortal}` and `{publicUrl}` are filled in; a paragraph that is empty then is left out. */
  readonly blocks: readonly Block[];
}

export type HelpTexts = readonly HelpPageTexts[];
