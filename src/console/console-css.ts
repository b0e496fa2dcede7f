/** The one stylesheet of the staff pages; light and dark, text and controls at AA contrast in both. */
export const CONSOLE_CSS = `
:root {
  color-scheme: light dark;
  --background: #f6f7f8; --surface: #ffffff; --text: #1c2733; --quiet: #51606e; --line: #d3dae0;
  --accent: #0b5c7a; --on-accent: #ffffff; --danger: #a12622;
}
@media (prefers-color-scheme: dark) {
  :root {
    --background: #12181e; --surface: #1b242c; --text: #e8edf1; --quiet: #a9b6c1; --line: #36434e;
    --accent: #7cc7e4; --on-accent: #0c1a22; --danger: #f2a6a3;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--background); color: var(--text);
  font: 1.0625rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
header, main { max-width: 58rem; margin: 0 auto; padding: 1rem; }
header { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line); }
header p { margin: 0; }
.organization { font-weight: 600; }
.product, .quiet { color: var(--quiet); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1rem 0; }
h2 { font-size: 1.15rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
article {
  background: var(--surface); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem; margin: 0 0 1rem;
}
article p { margin: .25rem 0; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; }
li { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .95rem/1.5 ui-monospace, Consolas, monospace; margin: .5rem 0 0; }
summary { cursor: pointer; padding: .6rem 0; color: var(--accent); }
.code { font: 600 1.5rem/1.2 ui-monospace, Consolas, monospace; letter-spacing: .15em; }
.choices { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
form { margin: 0; }
button, .button {
  display: inline-block; min-height: 2.9rem; padding: .7rem 1.2rem; border-radius: .5rem;
  border: 2px solid var(--accent); background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
button.second { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
