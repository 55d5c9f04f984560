import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/recovery-runbook.ts';
import { judgeFacts } from '../../support/judge.ts';

const path = 'docs/recovery.md';
const steps = '1. Stop the gateway\n2. Restore the point\n3. Mount and compare\n';
const text = `# Recovery\nAuthor: Ben Example\n\nOwner: Platform team\n\n${steps}`;
const stated = (changes: object = {}) => ({
  attestations: [
    {
      check: 'backup/recovery-runbook',
      by: 'Cleo',
      date: '2026-02-20',
      expires: '2026-12-31',
      statement: 's',
      evidence: 'e',
      ...changes,
    },
  ],
});

describe('backup/recovery-runbook', () => {
  it.each([
    ['complete: left to the person', { path, text }, stated(), 'undetermined'],
    ['complete, nobody states it', { path, text }, { attestations: [] }, 'undetermined'],
    ['not configured', { path: undefined, text: undefined }, stated(), 'fail'],
    ['no file', { path, text: undefined }, stated(), 'fail'],
    ['empty', { path, text: '' }, stated(), 'fail'],
    ['no roles', { path, text: steps }, stated(), 'fail'],
    ['two steps', { path, text: text.replace('3. Mount and compare\n', '') }, stated(), 'fail'],
    ['by its author', { path, text }, stated({ by: 'ben  example' }), 'fail'],
    ['by its author, without the title', { path, text }, stated({ by: '"Ben" Example.' }), 'fail'],
    ['by one whose name runs together like hers', { path, text }, stated({ by: 'Bene xample' }), 'undetermined'],
    ['90 days ago', { path, text }, stated({ date: '2025-12-04' }), 'undetermined'],
    ['91 days ago', { path, text }, stated({ date: '2025-12-03' }), 'fail'],
  ])('%s', (_, runbook, changes, outcome) => {
    expect(judgeFacts(check, { runbook }, changes).outcome).toBe(outcome);
  });
});
