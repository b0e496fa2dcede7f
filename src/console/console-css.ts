/** The one stylesheet of the staff pages: the look of the recipients' site, light and dark, AA contrast in both. */
export const CONSOLE_CSS = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f7; --paper: #ffffff; --ink: #15212b; --soft: #46545f; --line: #d3dbe0;
  --accent: #0a5a76; --accent-strong: #074459; --on-accent: #ffffff; --tint: #e6f1f5;
  --good: #0f5b35; --good-ground: #e0f2e7; --bad: #9b1c1c; --bad-ground: #fce8e6; --warn: #7a4a00; --warn-ground: #fdf0d5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f161c; --paper: #18222a; --ink: #edf2f5; --soft: #b4c2cc; --line: #31404b;
    --accent: #7fcbe8; --accent-strong: #a9def2; --on-accent: #06222d; --tint: #1a3440;
    --good: #8fdcb0; --good-ground: #14352a; --bad: #ffb4a9; --bad-ground: #46201d; --warn: #f3cd85; --warn-ground: #3c2f14;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font-size: 106.25%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5; overflow-wrap: anywhere;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif;
}
header { background: var(--paper); border-bottom: 1px solid var(--line); }
.bar {
  display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem;
  max-width: 46rem; margin: 0 auto; padding: .65rem 1rem;
}
header p { margin: 0; line-height: 1.25; }
nav { flex: 1 1 auto; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: .6rem 0; font-weight: 600; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { color: var(--ink); box-shadow: inset 0 -3px var(--accent); }
.out { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; margin-left: auto; }
header .who { color: var(--soft); font-size: .875rem; }
header strong { display: block; font-size: 1.1rem; }
header span { color: var(--soft); font-size: .875rem; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 2.5rem; }
main.narrow, header.narrow .bar { max-width: 38rem; }
h1 { font-size: 1.55rem; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; line-height: 1.35; margin: 0; }
p, ul, dl { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .18em; }
a:hover { color: var(--accent-strong); }
.quiet { color: var(--soft); }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; margin: 0 0 1rem; }
.top p { margin: 0; flex: 1 1 18rem; }
.card {
  background: var(--paper); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem; margin: 0 0 1rem;
}
.card > :last-child { margin-bottom: 0; }
.kind {
  display: inline-block; margin: 0 0 .4rem; padding: .05rem .6rem; border-radius: 1rem;
  background: var(--tint); color: var(--ink); font-size: .8125rem; font-weight: 600;
}
.facts { margin: .5rem 0 .75rem; color: var(--soft); font-size: .9375rem; }
.facts div { display: flex; gap: .75rem; }
.facts dt { flex: 0 0 3.25rem; }
.facts dd { margin: 0; min-width: 0; }
.waiting { list-style: none; padding: 0; }
.waiting li { padding: .5rem 0; border-bottom: 1px solid var(--line); font-weight: 600; }
.waiting li:first-child { border-top: 1px solid var(--line); }
.links { list-style: none; }
.links li + li { margin-top: 1rem; }
.links a { font-weight: 600; font-size: 1.1rem; }
.links span { display: block; color: var(--soft); }
.code { display: block; font: 600 1.75rem/1.3 ui-monospace, 'SF Mono', Consolas, monospace; letter-spacing: .12em; }
code { font-family: ui-monospace, 'SF Mono', Consolas, monospace; font-size: .95em; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; }
.card .row.small { margin: .75rem 0 0; }
form { margin: 0; flex: 0 1 auto; }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 3rem; padding: .5rem 1.25rem;
  border: 2px solid var(--accent); border-radius: .5rem; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
.small .button, .button.small, button.small { min-height: 2.75rem; padding: .25rem .9rem; }
button.second, .button.second { background: transparent; color: var(--accent); }
button.second:hover, .button.second:hover { background: var(--tint); color: var(--accent-strong); }
.note {
  margin: 0 0 1rem; padding: .75rem 1rem; border-left: 4px solid var(--accent); border-radius: .25rem;
  background: var(--tint);
}
.way { margin: 0 0 1rem; }
.way > :last-child { margin-bottom: 0; }
.way input + button { margin-top: .5rem; }
.way .button, .card > .way button { width: 100%; }
.card > .way:last-child { margin-bottom: 0; }
.or { display: flex; align-items: center; gap: .75rem; color: var(--soft); }
.or::before, .or::after { content: ''; flex: 1; border-top: 1px solid var(--line); }
label { display: block; font-weight: 600; margin: 0 0 .3rem; }
input[type='email'], input[type='text'], input[type='search'], input[type='date'], input[type='file'], select, textarea {
  width: 100%; min-height: 3rem; padding: .5rem .75rem; margin: 0 0 .4rem; border: 2px solid var(--soft);
  border-radius: .5rem; background: var(--paper); color: var(--ink); font: inherit;
}
textarea { display: block; resize: vertical; line-height: 1.4; }
textarea.mono { font-family: ui-monospace, 'SF Mono', Consolas, monospace; font-size: .9375rem; }
.hint { margin: 0 0 .4rem; color: var(--soft); font-size: .875rem; }
.ask > * { margin-bottom: .9rem; }
.ask > button:last-child { margin-bottom: 0; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem .4rem; min-width: 0; }
legend { padding: 0 .35rem; font-weight: 600; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0 1rem; }
.check { display: flex; gap: .6rem; align-items: flex-start; font-weight: 400; min-height: 2.75rem; padding: .5rem 0; }
.check input { flex: none; width: 1.25rem; height: 1.25rem; margin: .15rem 0 0; accent-color: var(--accent); }
progress { display: block; width: 100%; height: .75rem; margin: 0 0 .5rem; accent-color: var(--accent); }
.row + .ask { margin-top: 1.25rem; }
.row.edits { margin: 0 0 1.25rem; }
.note h2 { margin: 0 0 .25rem; }
.items { list-style: none; padding: 0; }
.item {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem;
  padding: .6rem 0; border-bottom: 1px solid var(--line);
}
.item > span:first-child { flex: 1 1 14rem; min-width: 0; }
.item .quiet { display: block; font-size: .9375rem; }
section.card > h2 { margin: 0 0 .4rem; }
body:has(.directory) main, body:has(.directory) .bar { max-width: 66rem; }
.tools { display: flex; flex-wrap: wrap; align-items: flex-end; justify-content: space-between; gap: .75rem 1.5rem; margin: 0 0 1.25rem; }
.search { flex: 1 1 20rem; max-width: 32rem; }
.search > span { display: flex; gap: .5rem; }
.search input { flex: 1 1 auto; min-width: 0; margin: 0; }
.search button { flex: none; white-space: nowrap; }
.wide .search button { width: auto; }
.by-filter { display: flex; flex-wrap: wrap; align-items: flex-end; gap: .75rem; max-width: none; margin: 0 0 1.25rem; }
.by-filter > div:first-child { flex: 1 1 16rem; }
.by-filter select { margin: 0; min-width: 9rem; }
.fates { list-style: none; margin: 0; padding: 0; }
.fates li + li { margin-top: .25rem; }
.fates .kind { margin: 0 .3rem 0 0; white-space: normal; }
.moment { white-space: nowrap; }
.card.flush { padding: .25rem 0; overflow: hidden; }
table { width: 100%; border-collapse: collapse; text-align: left; }
th, td { padding: .7rem 1.1rem; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; }
thead th { border-top: 0; color: var(--soft); font-size: .8125rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td { font-size: .9375rem; }
td .quiet { display: block; font-size: .875rem; }
td .kind { margin: 0 0 .15rem; white-space: nowrap; }
.kind.good { background: var(--good-ground); color: var(--good); }
.kind.bad { background: var(--bad-ground); color: var(--bad); }
.kind.warn, .note.alert { background: var(--warn-ground); }
.kind.warn { color: var(--warn); }
.note.alert { border-left-color: var(--warn); }
.note.alert ul { margin: .25rem 0 0; padding-left: 1.2rem; }
.bad { color: var(--bad); }
.empty { text-align: center; }
.empty h2 { margin: 0 0 .4rem; }
.pager { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: .75rem; margin: 0 0 1rem; }
.facts.long { margin: 0; color: var(--ink); }
.facts.long div { padding: .45rem 0; }
.facts.long div + div { border-top: 1px solid var(--line); }
.facts.long dt { flex: 0 0 12rem; color: var(--soft); }
h2 + .facts.long { margin-top: .6rem; }
.history { list-style: none; margin: .4rem 0 0; padding: 0; }
.history li { display: flex; gap: .25rem 1rem; padding: .45rem 0; border-top: 1px solid var(--line); font-size: .9375rem; }
.history li:first-child { border-top: 0; }
.history time { flex: 0 0 12rem; color: var(--soft); }
.back { margin: 0 0 .75rem; }
.item code { overflow-wrap: anywhere; font-size: .875rem; }
.recipient .facts.long { margin-bottom: .75rem; }
.recipient .row.small { margin: 0 0 .25rem; }
.help-desk { max-width: 28rem; margin-bottom: 1.5rem; }
.help-desk button { margin-top: .5rem; }
.telephone-code { font-size: 1.5rem; letter-spacing: .08em; font-variant-numeric: tabular-nums; }
.recipient details .way { max-width: 28rem; }
blockquote { margin: .25rem 0 .75rem; padding: 0 0 0 .75rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
.group { margin: 1.5rem 0 .5rem; }
.card > h3 { margin: 0 0 .25rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.lines { height: 6rem; background: repeating-linear-gradient(transparent 0 1.9rem, var(--line) 1.9rem 2rem); }
[hidden] { display: none !important; }
details { margin: .5rem 0 0; }
summary { cursor: pointer; min-height: 2.75rem; padding: .6rem 0; color: var(--accent); }
pre {
  white-space: pre-wrap; font: inherit; margin: 0 0 .75rem; padding: 1rem; border-radius: .5rem;
  background: var(--ground);
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 46rem) {
  table, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .card.flush { padding: 0; }
  tr { padding: .75rem 1rem; }
  tr + tr { border-top: 1px solid var(--line); }
  th, td { padding: .2rem 0; border: 0; }
  tbody th { font-size: 1.05rem; padding-bottom: .35rem; }
  td { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0 .75rem; align-items: baseline; }
  td > * { grid-column: 2; justify-self: start; }
  td::before { content: attr(data-label); grid-column: 1; color: var(--soft); font-size: .875rem; }
  td.stacked { display: block; }
  td.stacked::before { display: block; }
  .facts.long div, .history li { flex-direction: column; gap: 0; }
  .facts.long dt, .history time { flex: none; font-size: .875rem; }
}
@media (max-width: 30rem) {
  .out { margin-left: 0; width: 100%; justify-content: space-between; }
  main { padding: 1rem .75rem 2rem; }
  .card { padding: 1rem; }
  h1 { font-size: 1.4rem; }
  .row.wide form, .row.wide button { width: 100%; flex: 1 1 100%; }
}
@media print {
  header, .back, .on-screen { display: none; }
  .card { break-inside: avoid; }
}
@media (forced-colors: active) {
  .kind, .note { border: 1px solid; }
  nav a[aria-current] { border-bottom: 3px solid; }
}
`;
