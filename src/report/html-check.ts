import type { CheckResult, Evidence, Status } from '../model/report.ts';
import { some } from '../model/text.ts';
import { acceptanceOf, overruledOf, plain, sourceWords, statusWords } from './words.ts';

/** Text as HTML shows it, and nothing that acts. */
export function text(value: string): string {
  return plain(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export const classOf: Readonly<Record<Status, string>> = {
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  waived: 'people',
  attested: 'people',
  'not-applicable': 'people',
};

/** A sign beside the word: a status is never told by its colour alone. */
const signs: Readonly<Record<Status, string>> = {
  pass: '&#10003;',
  fail: '&#10007;',
  unknown: '?',
  waived: '&#8776;',
  attested: '&#9998;',
  'not-applicable': '&#8211;',
};

export function tag(status: Status): string {
  return `<span class="tag ${classOf[status]}"><span aria-hidden="true">${signs[status]}</span> ${statusWords[status]}</span>`;
}

/** Where a check stands among all: a link from its trouble leads there. */
export function anchor(id: string): string {
  return `check-${id.replaceAll(/[^a-z0-9-]/g, '-')}`;
}

/** One check with its claim, evidence and source; `trouble` is how it stands among what failed. */
export function checkHtml(check: CheckResult, level: 'trouble' | 'full'): string {
  const { id, title, status, headline, reason, evidence, controls, remediation } = check;
  const [said, overruled] = [acceptanceOf(check), overruledOf(check)];
  const looks = [...new Set(controls.map(({ subject }) => subject))];
  const heading = level === 'trouble' && status === 'unknown' ? `Not known: ${title}` : headline;
  const shown = level === 'trouble' ? evidence.slice(0, 8) : evidence;
  const h = level === 'trouble' ? 'h3' : 'h4';
  const bad = status === 'fail' || status === 'unknown';
  return [
    `<article class="check ${classOf[status]}"${level === 'full' ? ` id="${anchor(id)}"` : ''}>`,
    `<header><${h}>${text(heading)}</${h}> ${tag(status)}</header>`,
    `<p class="id mono">${text(id)}</p>`,
    status === 'fail' && level === 'full' ? `<p>The claim: ${text(title)}</p>` : '',
    said === undefined ? '' : `<p class="people">${text(said)}</p>`,
    reason
      ? `<p><b>Why:</b> <code>${text(reason.code)}</code> ${text(reason.message)}${reason.action ? ` (needs <code>${text(reason.action)}</code>)` : ''}</p>`
      : '',
    overruled === undefined ? '' : `<p class="people">${text(overruled)}</p>`,
    level === 'full' && looks.length > 0
      ? `<p class="soft">Looked at: <span class="mono">${text(some(looks, 8))}</span></p>`
      : '',
    evidenceTable(shown, 'Evidence'),
    shown.length < evidence.length
      ? `<p class="soft"><a href="#${anchor(id)}">and ${evidence.length - shown.length} more</a></p>`
      : '',
    level === 'full' && controls.length > 0
      ? `<details class="controls"><summary>${controls.length} ${controls.length === 1 ? 'control' : 'controls'}: what shows that the opposite would have been seen</summary>${evidenceTable(controls, 'Controls')}</details>`
      : '',
    bad ? `<p class="next"><b>Next:</b> ${text(reason?.next ?? remediation)}</p>` : '',
    '</article>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function evidenceTable(evidence: readonly Evidence[], caption: string): string {
  if (evidence.length === 0) return '';
  const names = ['Subject', 'Expected', 'Observed', 'Source'];
  const rows = evidence.map(({ subject, expected, observed, source, observedAt, instance }) => {
    const at = instance && instance !== subject ? ` on ${instance}` : '';
    const cells = [
      `<span class="mono">${text(subject)}</span>${text(at)}`,
      text(expected),
      text(observed),
      `${text(sourceWords[source])}<br><time class="soft" datetime="${text(observedAt)}">${text(observedAt.slice(0, 19).replace('T', ' '))}</time>`,
    ];
    return `<tr>${cells.map((cell, i) => `<td data-name="${names[i]}">${cell}</td>`).join('')}</tr>`;
  });
  const head = names.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<table class="evidence" aria-label="${caption}"><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}
