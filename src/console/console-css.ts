/** The one stylesheet of the staff pages: the look of the recipients' site, light and dark, AA contrast in both. */
export const CONSOLE_CSS = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f7; --paper: #ffffff; --ink: #15212b; --soft: #46545f; --line: #d3dbe0;
  --accent: #0a5a76; --accent-strong: #074459; --on-accent: #ffffff; --tint: #e6f1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f161c; --paper: #18222a; --ink: #edf2f5; --soft: #b4c2cc; --line: #31404b;
    --accent: #7fcbe8; --accent-strong: #a9def2; --on-accent: #06222d; --tint: #1a3440;
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
.out { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; }
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
.way .button, .card > .way button { width: 100%; }
.card > .way:last-child { margin-bottom: 0; }
.or { display: flex; align-items: center; gap: .75rem; color: var(--soft); }
.or::before, .or::after { content: ''; flex: 1; border-top: 1px solid var(--line); }
label { display: block; font-weight: 600; margin: 0 0 .3rem; }
input[type='email'], input[type='text'] {
  width: 100%; min-height: 3rem; padding: .5rem .75rem; margin: 0 0 .4rem; border: 2px solid var(--soft);
  border-radius: .5rem; background: var(--paper); color: var(--ink); font: inherit;
}
.items { list-style: none; padding: 0; }
.item {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem;
  padding: .6rem 0; border-bottom: 1px solid var(--line);
}
.item > span:first-child { flex: 1 1 14rem; min-width: 0; }
.item .quiet { display: block; font-size: .9375rem; }
section.card > h2 { margin: 0 0 .4rem; }
[hidden] { display: none !important; }
details { margin: .5rem 0 0; }
summary { cursor: pointer; min-height: 2.75rem; padding: .6rem 0; color: var(--accent); }
pre {
  white-space: pre-wrap; font: inherit; margin: 0 0 .75rem; padding: 1rem; border-radius: .5rem;
  background: var(--ground);
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 30rem) {
  main { padding: 1rem .75rem 2rem; }
  .card { padding: 1rem; }
  h1 { font-size: 1.4rem; }
  .wide form, .wide button { width: 100%; flex: 1 1 100%; }
}
@media (forced-colors: active) {
  .kind, .note { border: 1px solid; }
  nav a[aria-current] { border-bottom: 3px solid; }
}
`;
