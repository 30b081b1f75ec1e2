/** The style of the page: light and dark, and black on white on paper. */
export const PAGE_STYLE = `
:root { --ink: #1a1c20; --paper: #fff; --soft: #5d636e; --line: #d9dce2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --paper: #16181d; --soft: #a3a9b5; --line: #363b45; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 1.7em; line-height: 1.2; }
h2 { margin-top: 2.2em; border-top: 1px solid var(--line); padding-top: 0.8em; }
h3 { font-size: 1.05em; margin: 1.8em 0 0.5em; }
p { margin: 0.4em 0; max-width: 50em; overflow-wrap: anywhere; }
figure { margin: 0; }
figure svg { display: block; max-width: min(100%, 780px); height: auto; }
figcaption, summary { color: var(--soft); font-size: 0.88em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85em; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: bottom; }
.number { text-align: right; }
th:first-child, td:first-child { min-width: 11em; }
.save, details { font-size: 0.85em; }
details { display: inline-block; margin-right: 1em; vertical-align: top; max-width: 100%; }
details[open] { display: block; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: 10px; }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 4px; padding: 1px 8px; cursor: pointer; }
@media print {
  :root { --ink: #000; --paper: #fff; --soft: #333; --line: #bbb; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  .save, details { display: none; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
