import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { liveAws } from '../../../src/adapters/aws/aws.ts';
import { skewOf, wireGuard } from '../../../src/adapters/aws/wire.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { goodEnvironment } from '../../support/rig.ts';

const identity =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn>' +
  '<UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

describe('what comes over the wire from AWS', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_CONFIG_FILE']) delete process.env[name];
  });

  async function serve(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<string> {
    const server = createServer((request, response) => {
      request.resume().on('end', () => answer(response, request));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function ask(url: string, direct = false): Promise<unknown> {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEXAMPLEEXAMPLE00';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'example';
    const environment = goodEnvironment(direct ? {} : { 'aws.endpoint': url });
    const aws = liveAws(environment, new AbortController().signal, { direct });
    closers.push(() => aws.close());
    return aws.read('sts:GetCallerIdentity', {}).then(
      (answer) => answer.Account,
      (thrown: unknown) => (thrown instanceof ProbeError ? `${thrown.reason}: ${thrown.message}` : thrown),
    );
  }

  const dated = (milliseconds: number) =>
    serve((response) => {
      response.setHeader('date', new Date(Date.now() + milliseconds).toUTCString());
      response.end(identity);
    });

  it.each([
    ['no', 0],
    ['half a minute of', 30_000],
  ])('is believed with %s difference of the clocks', async (_, milliseconds) => {
    expect(await ask(await dated(milliseconds))).toBe('123456789012');
  });

  it.each([
    ['behind', 120_000],
    ['ahead of', -120_000],
  ])('is not believed when this clock is two minutes %s that of AWS', async (how, milliseconds) => {
    expect(await ask(await dated(milliseconds))).toMatch(
      new RegExp(`^clock_skew: the clock of this machine is 1[12]\\d s ${how} that of AWS$`),
    );
  });

  it('is not believed either when AWS refuses the call for the clock', async () => {
    const url = await serve((response) => {
      response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString());
      response.statusCode = 403;
      response.end('<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code></Error></ErrorResponse>');
    });
    expect(await ask(url)).toMatch(/^clock_skew: /);
  });

  it.each([203, 206])('is not believed with the status %d, whatever it says', async (status) => {
    const url = await serve((response) => {
      response.statusCode = status;
      response.end(identity);
    });
    expect(await ask(url)).toBe(
      `bad_response: what answers for AWS says that its answer is not whole (HTTP ${status})`,
    );
  });

  it('is cut off when it has no end, and is then unknown', async () => {
    let sent = 0;
    const url = await serve((response) => {
      const chunk = Buffer.alloc(64 * 1024, '<a/>');
      const body = new Readable({
        read() {
          sent += chunk.length;
          this.push(sent > 100 * 1024 * 1024 ? null : chunk);
        },
      });
      response.on('close', () => body.destroy());
      body.pipe(response);
    });
    expect(await ask(url)).toBe('truncated: sts:GetCallerIdentity was answered with more than a page can have');
    expect(sent).toBeLessThan(40 * 1024 * 1024);
  });

  it('is counted over all answers of a run', async () => {
    const guard = wireGuard(false, { answer: 100, atOnce: 100, run: 250 });
    const read = async () => {
      const { response } = await guard(async () => ({ response: { body: Readable.from([Buffer.alloc(90)]) } }))({
        request: {},
      });
      return (response as { body: Uint8Array }).body.length;
    };
    expect([await read(), await read()]).toEqual([90, 90]);
    await expect(read()).rejects.toMatchObject({ name: 'AnswerTooLarge' });
  });

  it('is counted over all answers that come at once: the largest is cut off, and the others arrive', async () => {
    const guard = wireGuard(false, { answer: 100, atOnce: 120, run: 1000 });
    const open = () => {
      const body = new Readable({ read() {} });
      const read = guard(async () => ({ response: { body } }))({ request: {} }).then(
        ({ response }) => (response as { body: Uint8Array }).body.length,
        (error: Error) => error.name,
      );
      const send = async (bytes: number | null) => {
        body.push(bytes === null ? null : Buffer.alloc(bytes));
        await new Promise(setImmediate);
      };
      return { send, read };
    };
    const [small, flood, late] = [open(), open(), open()];
    await new Promise(setImmediate);
    await small.send(30);
    await flood.send(80);
    await late.send(20);
    expect(await flood.read).toBe('AnswerTooLarge');
    // What was cut off is no longer held, and neither is what has arrived.
    await small.send(60);
    await small.send(null);
    expect(await small.read).toBe(90);
    await late.send(70);
    await late.send(null);
    expect(await late.read).toBe(90);
  });

  it('is whole, or no answer: a connection that ends in the middle of it is an error', async () => {
    const guard = wireGuard(false);
    const body = new Readable({ read() {} });
    const read = guard(async () => ({ response: { body } }))({ request: {} });
    await new Promise(setImmediate);
    body.push('half of ');
    await new Promise(setImmediate);
    body.destroy();
    await expect(read).rejects.toThrow('before the answer came to its end');
    const cut = await serve((response) => {
      response.setHeader('content-length', identity.length);
      response.write(identity.slice(0, -20), () => response.destroy());
    });
    expect(await ask(cut)).toMatch(/^(unreachable|bad_response|truncated)/);
  });

  it('comes from AWS alone, whatever the configuration file says, unless the run is a simulation', async () => {
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    let asked = 0;
    const url = await serve((response) => {
      asked += 1;
      response.end(identity);
    });
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
    writeFileSync(join(folder, 'config'), `[default]\nendpoint_url = ${url}\n`);
    expect(await ask(url, true)).toBe(
      'wrong_subject: an AWS configuration file leads to another endpoint than that of AWS',
    );
    expect(asked).toBe(0);
  });

  it.each([
    ['https:', 'sts.eu-west-1.amazonaws.com', true],
    ['https:', 'ec2.cn-north-1.amazonaws.com.cn', true],
    ['https:', 'logs.eu-west-1.api.aws', true],
    ['http:', 'sts.eu-west-1.amazonaws.com', false],
    ['https:', 'amazonaws.com.example.org', false],
    ['https:', 'sts.notamazonaws.com', false],
    ['https:', '127.0.0.1', false],
  ])('%s//%s is AWS: %s', async (protocol, hostname, isAws) => {
    const next = async () => ({ response: {} });
    const call = wireGuard(true)(next)({ request: { protocol, hostname } });
    if (isAws) await expect(call).resolves.toEqual({ response: {} });
    else await expect(call).rejects.toBeInstanceOf(ProbeError);
  });
});

describe('the difference of the clocks', () => {
  it('is never said to be more than it is, whenever between question and answer AWS wrote its date', () => {
    const time = fc.integer({ min: 1.7e12, max: 1.9e12 });
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 0, max: 60_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: -1e7, max: 1e7 }),
        (sent, took, share, skew) => {
          const written = sent + took * share + skew;
          const seen = skewOf(new Date(written).toUTCString(), sent, sent + took);
          expect(Math.abs(seen)).toBeLessThanOrEqual(Math.abs(skew) + 1000);
          expect(Math.abs(seen)).toBeGreaterThanOrEqual(Math.abs(skew) - took - 1000);
        },
      ),
    );
  });

  it('is not guessed where the answer has no date', () => {
    expect(skewOf(undefined, 0, 1)).toBe(0);
    expect(skewOf('soon', 0, 1)).toBe(0);
  });
});
