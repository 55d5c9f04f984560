import { describe, expect, it } from 'vitest';
import { readRunbook } from '../../src/judging/runbook-text.ts';

describe('readRunbook', () => {
  it.each([
    ['- **Owner**: Platform team', 1],
    ['- Incident lead: declares the recovery', 1],
    ['The operator restores the point.', 1],
    ['| Approver | Ada |', 1],
    ['Approvers: Ada, Ben', 1],
    ['The role of backups is important', 0],
    ['Restore the backup in the console.', 0],
    ['This will lead to errors', 0],
  ])('%s: %d roles', (line, roles) => {
    expect(readRunbook(line).roles).toBe(roles);
  });

  it.each([
    ['1. Stop', 1],
    ['  2) Restore', 1],
    ['### 3. Mount', 1],
    ['## Step 4: Check', 1],
    ['In 5. of these', 0],
    ['2026-03-04 was a Wednesday', 0],
    ['1.', 0],
  ])('%s: %d steps', (line, steps) => {
    expect(readRunbook(line).steps).toBe(steps);
  });

  it.each([
    ['Author: Ben Example', 'Ben Example'],
    ['**Written by:** Ben Example  ', 'Ben Example'],
    ['- author - Ben Example.', 'Ben Example'],
    ['The author is not named', undefined],
  ])('%s is by %s', (line, author) => {
    expect(readRunbook(`# Title\n${line}`).author).toBe(author);
  });
});
