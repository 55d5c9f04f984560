import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBatch, cksum, formatAnswer, parseBatch, parseFirst } from '../../../src/adapters/ssh/frame.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { HostProgram, HostRecords } from '../../../src/ports/host.ts';

const nonce = '0123456789abcdef01234567';
const other = 'fedcba9876543210fedcba98';
const part = (id: string, script = 'need curl; say a b', as: HostProgram['as'] = 'login'): HostProgram => ({
  id,
  as,
  seconds: 5,
  script,
});

const key = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/);
const value = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
const records = fc.array(fc.tuple(key, value), { maxLength: 6 });
const answer = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9/-]{0,10}$/), records), {
  selector: ([id]) => id,
  minLength: 1,
  maxLength: 5,
});
const noise = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 4 }).map((lines) => lines.join('\n'));

const read = (text: string, programs: readonly HostProgram[]) =>
  parseBatch(Buffer.from(text, 'latin1'), programs, nonce, 'agent');
const reasonOf = (got: HostRecords | ProbeError | undefined) => (got instanceof ProbeError ? got.reason : 'answered');

describe('an answer', () => {
  it('comes back as it was, whatever else is printed before and after', () => {
    fc.assert(
      fc.property(answer, noise, noise, (parts, before, after) => {
        const text = before + formatAnswer(nonce, new Map(parts)) + after;
        expect(
          read(
            text,
            parts.map(([id]) => part(id)),
          ),
        ).toEqual(new Map(parts));
      }),
    );
  });

  it('that is cut anywhere gives no record', () => {
    fc.assert(
      fc.property(answer, fc.double({ min: 0, max: 0.999, noNaN: true }), (parts, share) => {
        const text = formatAnswer(nonce, new Map(parts)).trimEnd();
        const got = read(
          text.slice(0, Math.floor(text.length * share)),
          parts.map(([id]) => part(id)),
        );
        expect(got.size).toBe(parts.length);
        for (const each of got.values()) expect(each).toBeInstanceOf(ProbeError);
      }),
    );
  });

  it('from which a line is dropped, or in which one is doubled, is never read differently', () => {
    fc.assert(
      fc.property(answer, fc.nat(), fc.boolean(), (parts, at, double) => {
        const lines = formatAnswer(nonce, new Map(parts)).trim().split('\n');
        const index = at % lines.length;
        const changed = lines.toSpliced(index, 1, ...(double ? [lines[index] ?? '', lines[index] ?? ''] : []));
        for (const [id, got] of read(
          `${changed.join('\n')}\n`,
          parts.map(([p]) => part(p)),
        )) {
          if (!(got instanceof ProbeError)) expect(got).toEqual(new Map(parts).get(id));
        }
        const touched = lines[index]?.split(' ')[1] ?? '';
        const got = read(
          `${changed.join('\n')}\n`,
          parts.map(([p]) => part(p)),
        ).get(touched);
        if (got !== undefined) expect(got).toBeInstanceOf(ProbeError);
      }),
    );
  });

  it('of arbitrary bytes is never taken for one, and always says something about every part', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const got = parseBatch(Buffer.from(bytes), [part('a'), part('b')], nonce);
        expect([...got.values()].every((each) => each instanceof ProbeError)).toBe(true);
        expect([...got.keys()]).toEqual(['a', 'b']);
      }),
    );
  });
});

describe('an answer out of form', () => {
  const mark = `${nonce} !batch ${cksum(nonce)}\n`;
  const good = `${nonce} a k v\n${nonce} a !end 0\n${nonce} a !count 2\n`;
  it.each<[string, string, string]>([
    ['nothing', '', 'bad_response'],
    ['only noise', 'Welcome!\n', 'bad_response'],
    ['our own script', `# clawcheck ${nonce} a\nN=${nonce}\n`, 'bad_response'],
    ['no end mark', good, 'truncated'],
    ['a wrong end mark', `${good}${nonce} !batch 1 24\n`, 'bad_response'],
    ['a line after the end mark', `${good}${mark}${nonce} a k v\n`, 'bad_response'],
    ['two end marks', `${good}${mark}${mark}`, 'bad_response'],
    ['an unknown part', `${good}${nonce} z k v\n${mark}`, 'bad_response'],
    ['the nonce of another run', `${other} a k v\n${good}${mark}`, 'bad_response'],
    ['a wrong count', good.replace('count 2', 'count 3') + mark, 'truncated'],
    ['no count', `${nonce} a k v\n${nonce} a !end 0\n${mark}`, 'truncated'],
    ['a record after the end', `${nonce} a !end 0\n${nonce} a k v\n${nonce} a !count 2\n${mark}`, 'bad_response'],
    ['a line after the count', `${good}${nonce} a k v\n${mark}`, 'bad_response'],
    ['a key out of form', good.replace(' k v', ' K v') + mark, 'bad_response'],
    ['an escape code', good.replace(' v', ' \x1b[2Jv') + mark, 'bad_response'],
    ['a byte above ASCII', good.replace(' v', ' \xff') + mark, 'bad_response'],
    ['a carriage return', good.replace(' v', ' v\r') + mark, 'bad_response'],
    ['a value too long', good.replace(' v', ` ${'v'.repeat(4001)}`) + mark, 'bad_response'],
    ['a refused value', good.replace(' k v', ' !text') + mark, 'bad_response'],
    ['status 124', good.replace('end 0', 'end 124') + mark, 'timeout'],
    ['status 137', good.replace('end 0', 'end 137') + mark, 'timeout'],
    ['status 143', good.replace('end 0', 'end 143') + mark, 'timeout'],
    ['status 2', good.replace('end 0', 'end 2') + mark, 'bad_response'],
    ['a needed tool', good.replace(' k v', ' !tool curl') + mark, 'tool_missing'],
    ['a tool not needed', good.replace(' k v', ' !tool <script>') + mark, 'bad_response'],
    ['a good answer', good + mark, 'answered'],
  ])('%s', (_, text, reason) => {
    expect(reasonOf(read(text, [part('a')]).get('a'))).toBe(reason);
  });

  it('carries no text of the host in its message', () => {
    const got = read(good.replace(' k v', ' !tool READY') + mark, [part('a')]).get('a');
    expect(String(got)).not.toContain('READY');
  });
});

describe('the first part, while others still run', () => {
  const proof = `${nonce} !proof ${cksum(nonce)}\n`;
  const good = `${nonce} !as agent\n${nonce} a k v\n${nonce} a !end 0\n${nonce} a !count 2\n`;
  it.each<[string, string]>([
    ['nothing', ''],
    ['no proof', good],
    ['a wrong proof', `${nonce} !proof 1 24\n${good}`],
    ['a proof after the answer', `${good}${proof}`],
    ['two proofs', `${proof}${proof}${good}`],
    ['the proof of another nonce', `${nonce} !proof ${cksum(other)}\n${good}`],
    ['no cksum', `${nonce} !proof \n${good}`],
    ['our own script', `# clawcheck ${nonce} a\nN=${nonce}\n${proof}`],
    ['another nonce', `${proof}${good}`.replaceAll(`${nonce} a`, `${other} a`)],
    ['the nonce of another run beside it', `${proof}${other} a k v\n${good}`],
    ['half of it', `${proof}${good.slice(0, good.indexOf(' a !count'))}`],
    ['its last line not whole', `${proof}${good.slice(0, -1)}`],
    ['a wrong count', `${proof}${good.replace('count 2', 'count 3')}`],
    ['an error of the part', `${proof}${good.replace('end 0', 'end 124')}`],
    ['an unknown part', `${proof}${good}${nonce} z k v\n`],
    ['a value out of form', `${proof}${good.replace(' v', ' \xff')}`],
    ['the second part alone', `${proof}${good.replaceAll(' a ', ' b ')}`],
  ])('is not answered by %s', (_, text) => {
    expect(parseFirst(text, [part('a'), part('b')], nonce)).toBeUndefined();
  });

  it('is answered as soon as it is there, whatever comes then', () => {
    for (const more of ['', 'noise\n', `${nonce} b k v\n`, `${nonce} b k`]) {
      expect(parseFirst(`\n${proof}${good}${more}`, [part('a'), part('b')], nonce)).toEqual([['k', 'v']]);
    }
  });

  it('of any beginning of an answer is what it is in the end', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (parts, at) => {
        const programs = parts.map(([p]) => part(p));
        const text = formatAnswer(nonce, new Map(parts));
        const got = parseFirst(text.slice(0, at % (text.length + 1)), programs, nonce);
        if (got) expect(got).toEqual(parts[0]?.[1]);
        if (programs.length > 0) expect(parseFirst(text, programs, nonce)).toEqual(parts[0]?.[1]);
      }),
    );
  });
});

describe('a group that could not start', () => {
  const mark = `${nonce} !batch ${cksum(nonce)}\n`;
  it.each<[string, HostProgram['as'], string]>([
    ['', 'agent', 'access_denied'],
    ['', 'root', 'access_denied'],
    [`${nonce} !nouser\n`, 'agent', 'not_found'],
    [`${nonce} !as agent\n${nonce} !lacks timeout agent\n`, 'agent', 'tool_missing'],
    [`${nonce} !as agent\n`, 'agent', 'truncated'],
  ])('%j as %s is %s', (text, as, reason) => {
    expect(reasonOf(read(text + mark, [part('a', 'say a b', as)]).get('a'))).toBe(reason);
  });
});

describe('the script', () => {
  it('names the nonce and the parts in its first line', () => {
    const text = buildBatch([part('host/a'), part('b')], { nonce, agentUser: 'openclaw' });
    expect(text.split('\n')[0]).toBe(`# clawcheck ${nonce} host/a b`);
  });

  it.each([
    ['nonce', [part('a')], { nonce: 'x', agentUser: 'a' }],
    ['agentUser', [part('a')], { nonce, agentUser: 'a; reboot' }],
    ['agentUser', [part('a')], { nonce, agentUser: '-x' }],
    ['gatewayPort', [part('a')], { nonce, agentUser: 'a', gatewayPort: Number.NaN }],
    ['id', [part('a b')], { nonce, agentUser: 'a' }],
    ['id', [part('a'), part('a')], { nonce, agentUser: 'a' }],
    ['seconds', [{ ...part('a'), seconds: 0 }], { nonce, agentUser: 'a' }],
  ])('refuses a wrong %s', (name, programs, options) => {
    expect(() => buildBatch(programs, options)).toThrow(name);
  });

  it('has the same sum as cksum', () => {
    for (const text of ['', 'a', nonce, other]) {
      expect(cksum(text)).toBe(execFileSync('cksum', { input: text, encoding: 'utf8' }).trim());
    }
  });
});
