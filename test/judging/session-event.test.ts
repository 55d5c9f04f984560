import { describe, expect, it } from 'vitest';
import { fullestSession, readSessionEvent } from '../../src/judging/session-event.ts';

describe('readSessionEvent', () => {
  it.each([
    ['{"sessionId":"s","type":"prompt"}', 'prompt'],
    ['{"sessionKey":"s","role":"user"}', 'prompt'],
    ['{"session_id":"s","event":"gen_ai.user.message"}', 'prompt'],
    ['{"sessionId":"s","type":"toolCall"}', 'tool call'],
    ['{"sessionId":"s","type":"tool_use"}', 'tool call'],
    ['{"sessionId":"s","type":"message","role":"assistant"}', 'output'],
    ['{"sessionId":"s","type":"toolResult"}', 'output'],
    ['{"sessionId":"s","kind":"error"}', 'error'],
    ['{"sessionId":"s","type":"exec.approval"}', 'approval'],
  ])('%s is of the kind %s', (line, kind) => {
    expect(readSessionEvent(line)).toEqual({ session: 's', kind });
  });

  it.each([
    'approval granted for session s',
    '{"sessionId":"s","type":"note","text":"approval error prompt"}',
    '{"type":"approval"}',
    '{"sessionId":"","type":"approval"}',
    '{"sessionId":"s","type":"constructor"}',
    '{"sessionId":"s","type":7}',
    '["approval"]',
    'null',
    '{',
  ])('%s says nothing', (line) => {
    expect(readSessionEvent(line)).toBeUndefined();
  });
});

describe('fullestSession', () => {
  it('does not add sessions up', () => {
    const events = [
      { session: 'a', kind: 'prompt' as const },
      { session: 'a', kind: 'output' as const },
      { session: 'b', kind: 'approval' as const },
    ];
    expect([...fullestSession(events)]).toEqual(['prompt', 'output']);
    expect([...fullestSession([])]).toEqual([]);
  });
});
