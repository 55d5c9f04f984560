import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveDescribe } from '../live.ts';
import { type EgressMode, type Endpoint, type Lab, labAvailable, startLab } from './lab.ts';

const run = promisify(execFile);

/** Exit codes of curl. */
const curl = { answered: 0, refused: 7, timedOut: 28, badHttp: 1 } as const;

const fetchFrom = (address: string, seconds: number) =>
  `curl -q --noproxy '*' -sS -g -m ${seconds} -o /dev/null -w '%{http_code}' ${address}`;

function url({ name, address, port, protocol }: Endpoint): string {
  const literal = address.includes(':') ? `[${address}]` : address;
  return protocol === 'tls'
    ? `--resolve ${name}:${port}:${literal} https://${name}:${port}/`
    : `http://${literal}:${port}/`;
}

const as = (user: 'openclaw' | 'root', command: string) => `sudo -n -u ${user} ${command}`;

liveDescribe('the network of the live host lab', labAvailable(), () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ gateway: 'down' });
  });
  afterAll(async () => {
    await lab?.stop();
  });

  const answer = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await lab.ssh(command);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };
  describe('metadata service', () => {
    const base = 'http://169.254.169.254/latest';
    const status = (more: string, path = '/meta-data/instance-id') =>
      lab.ssh(`${fetchFrom(`${base}${path}`, 5)} ${more}`).then(({ stdout }) => stdout);
    const withToken = (header: string, path: string) =>
      `t=$(curl -q -sS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${header} ${base}/api/token) && ` +
      `curl -q -sS -m 5 -H "X-aws-ec2-metadata-token: $t" ${path}`;

    it('required: 401 without a token, the identity document with one', async () => {
      await lab.change({ imds: 'required' });
      expect(await status('')).toBe('401');
      expect(await status("-H 'X-aws-ec2-metadata-token: made-up'")).toBe('401');
      expect(await status('-X PUT', '/api/token')).toBe('400');
      const document = await answer(withToken('', `${base}/dynamic/instance-identity/document`));
      expect(JSON.parse(document)).toEqual(lab.identity);
      expect(await answer(withToken('', `-g 'http://[fd00:ec2::254]/latest/meta-data/instance-id'`))).toBe(
        lab.identity.instanceId,
      );
    });

    it('optional: 200 without a token', async () => {
      await lab.change({ imds: 'optional' });
      expect(await status('')).toBe('200');
      expect(await status("-H 'X-aws-ec2-metadata-token: made-up'")).toBe('401');
    });

    it('disabled: 403; unreachable: silence', async () => {
      await lab.change({ imds: 'disabled' });
      expect(await status('')).toBe('403');
      await lab.change({ imds: 'unreachable' });
      expect((await lab.ssh(fetchFrom(`${base}/meta-data/`, 1))).code).toBe(curl.timedOut);
      await lab.change({ imds: 'required' });
      expect(await status('')).toBe('401');
    });
  });

  describe('egress', () => {
    // The TCP listener answers with a banner, which is no HTTP: curl then says so, which is an open connection.
    const opened = (endpoint: Endpoint) => (endpoint.protocol === 'tcp' ? curl.badHttp : curl.answered);
    /** Exit codes of curl on the host. Patience is long except for what is expected to be silent. */
    const codes = (wanted: readonly number[], user: 'openclaw' | 'root' = 'openclaw') => {
      const all = [lab.approved, lab.approvedIpv6, ...lab.unapproved];
      return Promise.all(
        all.map(async (endpoint, index) => {
          const seconds = wanted[index] === curl.timedOut ? 1 : 15;
          return (await lab.ssh(as(user, fetchFrom(url(endpoint), seconds)))).code;
        }),
      );
    };
    const expectCodes = async (mode: EgressMode, user?: 'openclaw' | 'root') => {
      const wanted = expected[mode] ?? [];
      expect(wanted).not.toEqual([]);
      expect(await codes(wanted, user)).toEqual(wanted);
    };
    const { answered, timedOut, refused, badHttp } = curl;
    // approved, approved over IPv6, then unapproved: 443, 80, 22, 443 over IPv6.
    const expected: Partial<Record<EgressMode, readonly number[]>> = {
      drop: [answered, answered, timedOut, timedOut, timedOut, timedOut],
      reject: [answered, answered, refused, refused, refused, refused],
      open: [answered, answered, answered, answered, badHttp, answered],
      'per-port': [answered, answered, timedOut, answered, badHttp, timedOut],
      'ipv6-open': [answered, answered, timedOut, timedOut, timedOut, answered],
      'all-dropped': [timedOut, timedOut, timedOut, timedOut, timedOut, timedOut],
      'no-route': [refused, refused, refused, refused, refused, refused],
    };

    it.each(Object.keys(expected))('%s', async (mode) => {
      await lab.change({ egress: mode as EgressMode });
      await expectCodes(mode as EgressMode);
    });

    it('agent-open and agent-blocked: the filter looks at the user', async () => {
      await lab.change({ egress: 'agent-open' });
      await expectCodes('open', 'openclaw');
      await expectCodes('drop', 'root');
      await lab.change({ egress: 'agent-blocked' });
      await expectCodes('drop', 'openclaw');
      await expectCodes('open', 'root');
      await lab.change({ egress: 'drop' });
    });

    it('lets the machine that runs the tests reach what the host must not', async () => {
      for (const endpoint of lab.unapproved) {
        const command = `${fetchFrom(url(endpoint), 5)} --cacert ${lab.certificateFile}`;
        const code = await run('sh', ['-c', command]).then(
          () => 0,
          (error: { code: number }) => error.code,
        );
        expect([endpoint.address, endpoint.port, code]).toEqual([endpoint.address, endpoint.port, opened(endpoint)]);
      }
    });
  });
});
