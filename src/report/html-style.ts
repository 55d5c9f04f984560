/** The style of the HTML report: light and dark by what the reader prefers, A4 when printed. No image, font or script. */
export const style = `
:root { color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --wash: #f6f8fa;
  --pass: #116329; --fail: #a40e26; --unknown: #7d4e00; --people: #5a32a3;
  --pass-wash: #e6f4ea; --fail-wash: #fdecee; --unknown-wash: #fff4d6; --people-wash: #f2ecfd; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #0d1117; --ink: #e6edf3; --soft: #a4adb8; --line: #3a424d; --wash: #161b22;
  --pass: #56d364; --fail: #ff9492; --unknown: #f0b72f; --people: #d2a8ff;
  --pass-wash: #10261a; --fail-wash: #331418; --unknown-wash: #2b2111; --people-wash: #221a36; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
h4, .check h3 { font-size: 1rem; margin: 0; font-weight: 600; }
p { margin: .4rem 0; }
a { color: inherit; }
.soft, .scope { color: var(--soft); } .scope { margin: .2rem 0 0; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; background: var(--paper); padding: .5rem; }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .86em; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; margin: .4rem 0 1rem; white-space: pre-wrap; }
.verdict { border: 1px solid; border-left-width: .6rem; border-radius: 8px; padding: 1.1rem 1.25rem; margin: 1rem 0 1.25rem; }
.verdict strong { display: block; font-size: 2rem; line-height: 1.2; letter-spacing: .01em; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .unknown { color: var(--unknown); } .people { color: var(--people); }
.verdict.pass { background: var(--pass-wash); } .verdict.fail { background: var(--fail-wash); } .verdict.unknown { background: var(--unknown-wash); }
.verdict p { color: var(--ink); }
.caution { border: 1px solid var(--unknown); background: var(--unknown-wash); border-radius: 6px; padding: .5rem .9rem; margin: .5rem 0; }
.glance { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); gap: .6rem; }
.glance li { border: 1px solid var(--line); border-top: .25rem solid; border-radius: 8px; padding: .6rem .8rem; }
.glance li > * { display: block; }
.glance .name { color: var(--ink); font-weight: 600; }
.glance .count { color: var(--soft); font-size: .88rem; }
dl.rows { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0; }
dl.rows dt { color: var(--soft); } dl.rows dd { margin: 0; }
.check { border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; margin: .6rem 0; break-inside: avoid; }
.check > header { display: flex; flex-wrap: wrap; gap: .15rem .8rem; align-items: baseline; justify-content: space-between; }
.check.pass, .check.fail, .check.unknown, .check.people { color: inherit; }
.check.fail { border-left: .35rem solid var(--fail); } .check.unknown { border-left: .35rem solid var(--unknown); }
.tag { font-weight: 700; white-space: nowrap; }
.id { color: var(--soft); margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; margin: .5rem 0 0; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; border-top: 1px solid var(--line); } td > p { margin: 0; }
th { color: var(--soft); font-weight: 600; border-top: 0; }
table.evidence th:nth-child(1) { width: 32%; } table.evidence th:nth-child(4) { width: 20%; }
table.fleet th:nth-child(1) { width: 12%; } table.fleet th:nth-child(4) { width: 45%; }
time { white-space: nowrap; font-size: .92em; }
details { margin-top: .4rem; font-size: .88rem; } summary { cursor: pointer; color: var(--soft); }
.next { margin-top: .5rem; }
.sign { width: 100%; } .sign td { height: 3.6rem; border: 1px solid var(--line); padding: .4rem .6rem; } .sign th { border: 1px solid var(--line); padding: .3rem .6rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; color: var(--soft); font-size: .88rem; }
@media (max-width: 40rem) {
  dl.rows { grid-template-columns: 1fr; gap: 0; } dl.rows dd { margin-bottom: .4rem; }
  table.evidence thead { position: absolute; left: -999rem; } table.evidence td { display: block; border: 0; padding: 0 0 .15rem; } table.evidence td:empty { display: none; }
  table.evidence tr { display: block; border-top: 1px solid var(--line); padding: .35rem 0; }
  table.evidence td::before { content: attr(data-name) " "; color: var(--soft); } }
@media print {
  @page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #444; } }
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --wash: #fff; --pass: #0b4a1e; --fail: #8a0a1e; --unknown: #633d00;
    --people: #43227f; --pass-wash: #fff; --fail-wash: #fff; --unknown-wash: #fff; --people-wash: #fff; }
  html { font-size: 9pt; } body { max-width: none; padding: 0; }
  h2, h3, header { break-after: avoid; } .verdict, .glance li, .caution, tr, .sign, section[aria-labelledby=verify] { break-inside: avoid; }
  .check[id] { break-inside: auto; } .check .id { break-after: avoid; } thead { display: table-header-group; }
  details.controls { display: none; } .check details::details-content { content-visibility: visible; } footer { margin-top: 1rem; break-before: avoid; } .skip { display: none; }
  .glance { grid-template-columns: repeat(4, 1fr); } }
`;
