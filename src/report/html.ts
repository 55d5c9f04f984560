import { createHash } from 'node:crypto';
import { type Source, sourceMeanings } from '../model/probe.ts';
import type { CheckResult, Report, Verdict } from '../model/report.ts';
import { count } from '../model/text.ts';
import { checkHtml, classOf, tag, text } from './html-check.ts';
import { page, section } from './html-page.ts';
import { renderJson } from './json.ts';
import {
  acceptanceOf,
  cautions,
  checksOf,
  signatureNamespace,
  sourceWords,
  statusWords,
  subjectRows,
  tallyOf,
  troublesOf,
  verdictMeanings,
  verdictWords,
  worstOf,
} from './words.ts';

const verdictClass: Readonly<Record<Verdict, string>> = {
  READY: 'pass',
  NOT_READY: 'fail',
  INCOMPLETE: 'unknown',
  UNTRUSTED: 'fail',
};

/**
 * The report as one self-contained page for who signs it: the verdict, the areas, what failed, what could not
 * be verified, then every check.
 */
export function renderHtml(report: Report): string {
  const all = checksOf(report);
  const title = `${verdictWords[report.verdict]}: ${report.environment.name}`;
  return page({
    title: `${title} - clawcheck readiness report`,
    skip: ['checks', 'Skip to the checks'],
    body: [
      heading(report),
      '<main>',
      glance(report),
      ...troublesOf(report).map(({ status, checks }) => troubles(status, checks)),
      accepted(all),
      section('subject', 'What was looked at', rows(report)),
      section('checks', 'Every check', everyCheck(report)),
      section('verify', 'Verify and sign', verify(report)),
      '</main>',
      `<footer><p>Made by clawcheck ${text(report.tool.version)} from observations of ${text(report.window.start)} to ${text(report.window.end)}. The signed document is the JSON report; this page is a rendering of it and holds no text of the target but short observed values.</p></footer>`,
    ],
  });
}

function heading(report: Report): string {
  const { verdict } = report;
  const all = checksOf(report);
  return [
    '<header>',
    '<p class="soft">clawcheck readiness report</p>',
    `<h1>Is <b>${text(report.environment.name)}</b> ready to go live?</h1>`,
    `<p class="scope">${scope(report)}</p>`,
    `<div class="verdict ${verdictClass[verdict]}" role="status"><strong>${verdictWords[verdict]}</strong><p>${verdictMeanings[verdict]}</p>`,
    `<p>${count(all.length, 'check')}${report.narrowedTo ? ' of a narrowed run' : ''}: ${counted(all)}.</p></div>`,
    ...cautions(report).map((caution) => `<p class="caution">${text(caution)}</p>`),
    '</header>',
  ].join('\n');
}

/** What the verdict is about, in one line; the whole of it stands further down. */
function scope({ subject, window }: Report): string {
  const group = subject.autoScalingGroup?.split('/').at(-1) ?? 'not seen';
  const instances = subject.instances.map(({ id }) => id).join(', ') || 'no instance reached';
  const observed = window.start.slice(0, 16).replace('T', ' ');
  return text(
    `AWS account ${subject.account ?? 'not proven'}, ${subject.region}, group ${group}, ${instances}; observed ${observed} UTC`,
  );
}

/** How many checks have each status, the worst first. */
function counted(checks: readonly CheckResult[]): string {
  return tallyOf(checks)
    .map(([status, number]) => `${number} ${statusWords[status].toLowerCase()}`)
    .join(', ');
}

function glance({ areas }: Report): string {
  const items = areas.map((area) => {
    const worst = worstOf(area);
    return `<li class="${classOf[worst]}"><span class="name">${text(area.title)}</span> ${tag(worst)} <span class="count">${counted(area.checks)}</span></li>`;
  });
  return section('glance', 'The areas at a glance', `<ul class="glance">\n${items.join('\n')}\n</ul>`);
}

const troubleWords = {
  fail: { id: 'failed', title: 'What failed', none: 'Nothing.' },
  unknown: { id: 'unverified', title: 'What could not be verified', none: 'Nothing: every check came to a result.' },
} as const;

function troubles(status: keyof typeof troubleWords, checks: readonly CheckResult[]): string {
  const { id, title, none } = troubleWords[status];
  const body =
    checks.length === 0 ? `<p class="soft">${none}</p>` : checks.map((check) => checkHtml(check, 'trouble')).join('\n');
  return section(id, checks.length === 0 ? title : `${title} (${checks.length})`, body);
}

function accepted(all: readonly CheckResult[]): string {
  const people = all.filter((check) => acceptanceOf(check) !== undefined);
  if (people.length === 0) return '';
  const lines = people.map(
    (check) =>
      `<article class="check people"><header><h3>${text(check.title)}</h3> ${tag(check.status)}</header><p class="id mono">${text(check.id)}</p><p>${text(acceptanceOf(check) ?? '')}</p></article>`,
  );
  return section('people', 'Accepted by people, not measured', lines.join('\n'));
}

function rows(report: Report): string {
  const list = subjectRows(report).map(([name, value]) => `<dt>${text(name)}</dt><dd class="mono">${text(value)}</dd>`);
  return `<dl class="rows">\n${list.join('\n')}\n</dl>`;
}

function everyCheck(report: Report): string {
  const used = new Set(checksOf(report).flatMap(({ evidence }) => evidence.map(({ source }) => source)));
  const known = Object.entries(sourceMeanings) as [Source, string][];
  const legend = known.flatMap(([source, meaning]) =>
    used.has(source) ? [`<dt>${sourceWords[source]}</dt><dd>${meaning}</dd>`] : [],
  );
  return [
    ...(legend.length > 0 ? [`<p>Whose word the evidence is:</p>\n<dl class="rows">${legend.join('')}</dl>`] : []),
    ...report.areas.map(
      ({ title, checks }) => `<h3>${text(title)}</h3>\n${checks.map((check) => checkHtml(check, 'full')).join('\n')}`,
    ),
  ].join('\n');
}

function verify(report: Report): string {
  const sha256 = createHash('sha256').update(renderJson(report)).digest('hex');
  const signable = report.verdict === 'READY' && report.mode === 'live';
  return [
    '<p>SHA-256 of the JSON report that this page was made from:</p>',
    `<pre>${sha256}</pre>`,
    '<p>Its signature, form and arithmetic are checked with</p>',
    '<pre>clawcheck verify report.json --allowed-signers allowed_signers</pre>',
    '<p>or, the signature alone, with stock OpenSSH:</p>',
    `<pre>ssh-keygen -Y verify -f allowed_signers -I WHO -n ${signatureNamespace} -s report.json.sig &lt; report.json</pre>`,
    signable
      ? '<table class="sign" aria-label="Signatures"><thead><tr><th scope="col">For</th><th scope="col">Name</th><th scope="col">Date</th><th scope="col">Signature</th></tr></thead><tbody><tr><td>Operator</td><td></td><td></td><td></td></tr><tr><td>Client</td><td></td><td></td><td></td></tr></tbody></table>'
      : `<p class="caution">Not for signature: ${report.mode === 'live' ? `the verdict is ${verdictWords[report.verdict]}` : `this is a ${report.mode} run`}.</p>`,
  ].join('\n');
}
