import { ProbeError } from '../../model/reason.ts';
import type { HostProgram, HostRecords } from '../../ports/host.ts';
import { groups } from './batch-script.ts';

export { type BatchOptions, batchCommand, batchSeconds, buildBatch } from './batch-script.ts';

export type BatchAnswer = Map<string, HostRecords | ProbeError>;

const keyForm = /^[a-z][a-z0-9_.-]*$/;
const printable = /^[ -~]*$/;
const valueLimit = 4000;

/**
 * The sum of POSIX `cksum` over ASCII text: the CRC, a space, the length. The host computes it over the nonce, so a
 * forced command that prints canned text, or our own text back, is not taken for an answer.
 */
export function cksum(text: string): string {
  const bytes = [...Buffer.from(text, 'latin1')];
  for (let n = text.length; n > 0; n = Math.floor(n / 256)) bytes.push(n % 256);
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return `${~crc >>> 0} ${text.length}`;
}

/** The same answer to every part: what is said when the whole batch failed. */
export function answerAll(programs: readonly HostProgram[], error: ProbeError): BatchAnswer {
  return new Map(programs.map((p) => [p.id, error]));
}

/** The tools that a script names after `need`: the only names that can come back in a message. */
function neededTools(script: string): ReadonlySet<string> {
  const tools = new Set<string>();
  for (const [, rest = ''] of script.matchAll(/(?:^|[\s;&|({])need +([A-Za-z0-9_.+ -]+)/g)) {
    for (const word of rest.trim().split(/ +/)) tools.add(word);
  }
  return tools;
}

interface Lines {
  readonly records: [string, string][];
  readonly marks: string[];
  /** All lines up to the count. */
  total: number;
  count: number | undefined;
  end: number | undefined;
  fault: boolean;
}

function bad(message: string): ProbeError {
  return new ProbeError('bad_response', message, {
    next: 'See what the login shell and a forced command of that user print.',
  });
}

/** Reads one line of a part; any deviation is a fault of the part. */
function take(part: Lines, rest: string): void {
  // After the count, nothing.
  if (part.count !== undefined) {
    part.fault = true;
    return;
  }
  const count = /^!count (\d{1,7})$/.exec(rest);
  if (count) {
    part.count = Number(count[1]);
    return;
  }
  part.total++;
  const end = /^!end (\d{1,3})$/.exec(rest);
  if (part.end !== undefined) part.fault = true;
  else if (end) part.end = Number(end[1]);
  else if (rest.startsWith('!')) part.marks.push(rest);
  else {
    const space = rest.indexOf(' ');
    const [key, value] = [rest.slice(0, space), rest.slice(space + 1)];
    if (space < 1 || !keyForm.test(key) || !printable.test(value) || value.length > valueLimit) part.fault = true;
    else part.records.push([key, value]);
  }
}

function settle(part: Lines, program: HostProgram): HostRecords | ProbeError {
  if (part.fault) return bad('the part answered out of form');
  const tool = part.marks.find((m) => m.startsWith('!tool '))?.slice(6);
  if (tool !== undefined) {
    if (!neededTools(program.script).has(tool)) return bad('the part named a tool that it does not need');
    return new ProbeError('tool_missing', `${tool} is missing on the host`, { next: `Install ${tool} on the host.` });
  }
  if (part.marks.length > 0) {
    if (part.marks.includes('!long')) return bad(`a value was longer than ${valueLimit} characters`);
    return bad('a value was not printable ASCII');
  }
  if (part.end === undefined || part.count === undefined) {
    return new ProbeError('truncated', 'the answer of the part has no end');
  }
  if (part.count !== part.total) return new ProbeError('truncated', 'lines of the answer of the part are missing');
  // 143: timeout of busybox takes the place of the program and dies of its own signal.
  if (part.end === 124 || part.end === 137 || part.end === 143) {
    return new ProbeError('timeout', `the part did not end within ${Math.ceil(program.seconds)} s on the host`);
  }
  if (part.end !== 0) return bad('the part ended with an error');
  return part.records;
}

function refused(program: HostProgram, marks: ReadonlySet<string>, agentUser: string): ProbeError | undefined {
  if (marks.has(`!lacks timeout ${program.as}`)) {
    return new ProbeError('tool_missing', 'timeout is missing on the host', { next: 'Install coreutils on the host.' });
  }
  if (program.as === 'agent' && marks.has('!nouser')) {
    return new ProbeError('not_found', `the host has no user ${agentUser}`, {
      next: 'Name the user that the agent runs as in the environment file.',
    });
  }
  if (marks.has(`!as ${program.as}`)) return undefined;
  const who = program.as === 'root' ? 'root' : `user ${agentUser}`;
  return new ProbeError('access_denied', `sudo does not let the login run a shell as ${who} without a password`, {
    next: `Let the login user run commands as ${program.as === 'root' ? 'root' : agentUser} with sudo and NOPASSWD.`,
  });
}

interface Reading {
  readonly parts: ReadonlyMap<string, Lines>;
  readonly marks: ReadonlySet<string>;
  /** The host has computed something from the nonce, before the parts. */
  proven: boolean;
  ended: boolean;
  answered: boolean;
}

/** Reads all lines. @returns why none of them counts, where the other side is not our script */
function read(text: string, programs: readonly HostProgram[], nonce: string): Reading | ProbeError {
  const parts = new Map<string, Lines>();
  for (const p of programs) {
    parts.set(p.id, { records: [], marks: [], total: 0, count: undefined, end: undefined, fault: false });
  }
  const marks = new Set<string>();
  const sum = cksum(nonce);
  const reading: Reading = { parts, marks, proven: false, ended: false, answered: false };
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const [first, rest] = [line.slice(0, space), line.slice(space + 1)];
    const stop = rest.indexOf(' ');
    const part = parts.get(stop < 0 ? rest : rest.slice(0, stop));
    if (space < 0) continue;
    if (first !== nonce) {
      // Another batch's answer in ours: a replay, or two channels mixed.
      if (part && /^[0-9a-f]{24}$/.test(first)) part.fault = true;
      continue;
    }
    if (reading.ended) return bad('the host answered after its end mark');
    if (rest === '!proof ' || rest === '!batch ') {
      const more = { next: 'Install coreutils on the host.' };
      return new ProbeError('tool_missing', 'cksum is missing on the host', more);
    }
    if (rest.startsWith('!proof ')) {
      if (rest !== `!proof ${sum}` || reading.answered) return bad('the first mark of the host is wrong');
      reading.proven = true;
    } else if (part) {
      take(part, stop < 0 ? '' : rest.slice(stop + 1));
    } else if (rest.startsWith('!batch ')) {
      if (rest !== `!batch ${sum}`) return bad('the end mark of the host is wrong');
      reading.ended = true;
    } else if (rest === '!nouser' || groups.some((g) => rest === `!as ${g}` || rest === `!lacks timeout ${g}`)) {
      if (marks.has(rest)) return bad('the host answered twice');
      marks.add(rest);
    } else {
      return bad('the host answered for a part that was not sent');
    }
    reading.answered = true;
  }
  return reading;
}

/**
 * What the first part answered, while others still run; undefined as long as there is no sound answer of it. The whole
 * answer decides in the end.
 * @param text as much as has come
 */
export function parseFirst(text: string, programs: readonly HostProgram[], nonce: string): HostRecords | undefined {
  const [first] = programs;
  const reading = read(text.slice(0, text.lastIndexOf('\n') + 1), programs, nonce);
  const part = first && !(reading instanceof ProbeError) && reading.proven ? reading.parts.get(first.id) : undefined;
  const answer = first && part?.count !== undefined ? settle(part, first) : undefined;
  return answer instanceof ProbeError ? undefined : answer;
}

/**
 * What the parts of a batch answered. Strict: everything but lines of the documented form that carry the nonce is
 * noise, and every doubt about a line that carries it is an error of its part, or of the batch where it shows that the
 * other side is not our script.
 *
 * @param agentUser the name for messages; it is ours, not the host's
 */
export function parseBatch(
  stdout: Buffer,
  programs: readonly HostProgram[],
  nonce: string,
  agentUser = 'of the agent',
): BatchAnswer {
  const reading = read(stdout.toString('latin1'), programs, nonce);
  if (reading instanceof ProbeError) return answerAll(programs, reading);
  const { parts, marks, ended, answered } = reading;
  if (!answered) return answerAll(programs, bad('the host did not run the script'));
  // Without the end mark nobody has computed anything: the lines may be canned.
  if (!ended) return answerAll(programs, new ProbeError('truncated', 'the answer of the host has no end'));

  const answer: BatchAnswer = new Map();
  for (const p of programs) {
    const part = parts.get(p.id);
    if (!part) continue;
    const silent = part.total === 0 && part.count === undefined && !part.fault;
    answer.set(p.id, (silent ? refused(p, marks, agentUser) : undefined) ?? settle(part, p));
  }
  return answer;
}

/**
 * A valid answer, as a host writes it: for the demo's own SSH server and for tests.
 *
 * @throws TypeError when a record is not of the form that a host can answer
 */
export function formatAnswer(nonce: string, records: ReadonlyMap<string, HostRecords>): string {
  const lines = [`!proof ${cksum(nonce)}`];
  for (const [id, part] of records) {
    for (const [key, value] of part) {
      if (!keyForm.test(key) || !printable.test(value) || value.length > valueLimit) {
        throw new TypeError('a record is not of the form of an answer');
      }
      lines.push(`${id} ${key} ${value}`);
    }
    lines.push(`${id} !end 0`, `${id} !count ${part.length + 1}`);
  }
  lines.push(`!batch ${cksum(nonce)}`);
  return `\n${lines.map((line) => `${nonce} ${line}\n`).join('')}`;
}
