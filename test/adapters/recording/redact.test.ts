import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Redactor, redactAnswer, samples } from '../../../src/adapters/recording/redact.ts';
import { credentialForms } from '../../../src/judging/credential-forms.ts';
import { secretsIn } from '../../../src/judging/secret-search.ts';
import { unpackUserData } from '../../../src/probes/aws/handed-over.ts';

// Put together here, so that no text of this form stands in the repository.
const key = `AKIA${'QZ7'.repeat(5)}A`;
const secretKey = `secret_access_key=${'aB3/'.repeat(10)}`;
const slack = `xoxb-${'1a2B'.repeat(6)}`;
const pem = `-----BEGIN ${'RSA'} PRIVATE KEY-----\n${'MIIEowIBAAKCAQEA\n'.repeat(3)}-----END RSA PRIVATE KEY-----`;

describe('redaction', () => {
  const redactor = new Redactor(['gateway-token-7f3a9c', 'short']);

  it.each([
    ['an own secret', 'the token is gateway-token-7f3a9c.', 'gateway-token-7f3a9c'],
    ['it in base64', Buffer.from('x=gateway-token-7f3a9c!').toString('base64'), 'YXRld2F5LXRva2Vu'],
    ['it in hex', Buffer.from('gateway-token-7f3a9c').toString('hex'), Buffer.from('gateway-token').toString('hex')],
    ['an access key', `found ${key} here`, key],
    ['a secret key', secretKey, secretKey.slice(-40)],
    ['a Slack token', slack, slack.slice(5)],
    ['a webhook', 'https://hooks.slack.com/services/T0AAA/B0BBB/abcDEF123', 'abcDEF123'],
    ['a private key', pem, 'MIIEowIBAAKCAQEA'],
    ['a cut private key', pem.slice(0, 60), 'MIIEow'],
    ['an authorization header', 'Authorization: Bearer abc.DEF-123456', 'abc.DEF-123456'],
    ['basic authorization', '{"authorization":"Basic dXNlcjpwYXNz"}', 'dXNlcjpwYXNz'],
    ['a password in a URL', 'postgres://app:hunter22@db/app', 'hunter22'],
    ['a password', 'password = "correct-horse"', 'correct-horse'],
    ['a JWT', `eyJ${'hbGciOiJI'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0.abc'}`, 'zdWIiOiIxMjM0NTY3ODkwIn0'],
  ])('hides %s and keeps length and form', (_, text, secret) => {
    expect(text).toContain(secret);
    const out = redactor.text(text);
    expect(out).not.toContain(secret);
    expect(out).toHaveLength(text.length);
    expect(credentialForms(out)).toEqual(credentialForms(text));
    expect(redactor.text(out)).toBe(out);
  });

  it('leaves alone what is no secret', () => {
    for (const text of [
      'arn:aws:iam::123456789012:role/openclaw',
      'disk-full',
      'a short word',
      'https://example.com/x',
    ]) {
      expect(redactor.text(text)).toBe(text);
    }
    expect(redactor.value({ AccessKeyId: key })).toEqual({ AccessKeyId: key });
  });

  it('has for each form of credentials a sample of this form alone', () => {
    for (const [form, sample] of Object.entries(samples)) expect(credentialForms(sample)).toEqual([form]);
    expect(Object.keys(samples).length).toBe(9);
  });

  it.each([
    ['plain', Buffer.from(`#!/bin/sh\nexport A=${key}\ncurl -H "x: ${slack}"\n${'# more\n'.repeat(30)}`)],
    ['compressed', gzipSync(Buffer.from(`#cloud-config\n# ${slack}\n${'# more\n'.repeat(60)}`))],
    [
      'packed in base64',
      Buffer.from(`x\n${Buffer.from(`${pem}\n${slack}`).toString('base64')}\n${'# more\n'.repeat(30)}`),
    ],
    ['harmless', Buffer.from('#!/bin/sh\necho hello\n')],
  ])('replaces %s user data by a text in which the same forms are found', async (_, bytes) => {
    const before = bytes.toString('base64');
    const answers = [{ UserData: { Value: before } }, { Versions: [{ Data: { UserData: before } }] }];
    const [attribute, template] = await Promise.all(answers.map((a) => redactAnswer(redactor, 'ec2:Describe', a)));
    const after = (attribute as { UserData: { Value: string } }).UserData.Value;
    expect(template).toEqual({ Versions: [{ Data: { UserData: after } }] });
    const forms = async (text: string) => [...new Set((await unpackUserData(text)).flatMap(credentialForms))].sort();
    expect(await forms(after)).toEqual(await forms(before));
    const [first = '', plain = ''] = [(await unpackUserData(after))[0], (await unpackUserData(before))[0]];
    expect(first).toHaveLength(plain.length);
    for (const secret of [key, slack, 'MIIEow', 'echo', 'more']) expect(first).not.toContain(secret);
  });

  it.each([
    ['cannot be unpacked', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from(slack)])],
    ['are too large', gzipSync(Buffer.concat([Buffer.from(slack), Buffer.alloc(9_000_000)]))],
  ])('replaces user data that %s by some that fail alike', async (_, bytes) => {
    const before = bytes.toString('base64');
    const answer = await redactAnswer(redactor, 'ec2:Describe', { UserData: { Value: before } });
    const after = (answer as { UserData: { Value: string } }).UserData.Value;
    const failure = (text: string) => unpackUserData(text).then(String, (error) => error);
    expect(after).not.toBe(before);
    expect(await failure(after)).toEqual(await failure(before));
    expect(await failure(after)).toBeInstanceOf(Error);
  });

  it('hides every variable of a function, and keeps what it looks like', async () => {
    const Variables = { SECRET_ACCESS_KEY: 'aB3/'.repeat(10), HOOK: slack, CHANNEL: 'ops-alerts' };
    const answer = await redactAnswer(redactor, 'lambda:GetFunctionConfiguration', { Environment: { Variables } });
    const hidden = (answer as { Environment: { Variables: Record<string, string> } }).Environment.Variables;
    for (const [name, value] of Object.entries(Variables)) {
      expect(hidden[name]).not.toContain(value.slice(3));
      expect(hidden[name]).toHaveLength(value.length);
      expect(credentialForms(`${name}=${hidden[name]}`)).toEqual(credentialForms(`${name}=${value}`));
    }
  });

  it('hides a tag that is a credential, and keeps the others', async () => {
    const name = { Key: 'Name', Value: 'openclaw' };
    const secret = { Key: ['CRM_API', 'KEY'].join('_'), Value: '3f9a1c7e'.repeat(4) };
    const answer = await redactAnswer(redactor, 'ec2:DescribeInstances', { Tags: [name, secret] });
    const [first, second] = (answer as { Tags: { Key: string; Value: string }[] }).Tags;
    expect(first).toEqual(name);
    expect(second?.Value).not.toContain('3f9a');
    expect(credentialForms(`${second?.Key}=${second?.Value}`)).toEqual(
      credentialForms(`${secret.Key}=${secret.Value}`),
    );
  });

  it('keeps of a console only the fingerprints of the host keys', async () => {
    const fingerprint = `SHA256:${'a'.repeat(43)}`;
    const block = `-----BEGIN SSH HOST KEY FINGERPRINTS-----\n256 ${fingerprint} root\n-----END SSH HOST KEY FINGERPRINTS-----`;
    const Output = Buffer.from(`root password: hunter2\n${block}\n`).toString('base64');
    const answer = (await redactAnswer(redactor, 'ec2:GetConsoleOutput', { InstanceId: 'i-1', Output })) as {
      Output: string;
    };
    const text = Buffer.from(answer.Output, 'base64').toString();
    expect(text).toContain(fingerprint);
    expect(text).not.toContain('hunter2');
  });

  it('finds a secret that would still be written', () => {
    expect(redactor.holds('… gateway-token-7f3a9c …')).toBe(true);
    expect(redactor.holds(Buffer.from('gateway-token-7f3a9c').toString('hex'))).toBe(true);
    expect(redactor.holds('gateway-token')).toBe(false);
  });
});

it('keeps of a key in a log event that there is one, not the key', async () => {
  const key = ['gs', 'k_', 'q7Wm4Xk9Rb2Tn5Yc8Vd3Hj6Lp1Sf0GuZq7Wm4Xk9Rb2Tn5Yc8'].join('');
  const events = [{ message: `i-0a1b2c3d4e5f60001 said ${key}!` }, { message: 'nothing of note' }];
  const answer = (await redactAnswer(new Redactor([]), 'logs:FilterLogEvents', { events })) as {
    events: typeof events;
  };
  const [first = '', second] = answer.events.map(({ message }) => message);
  expect(first).not.toContain(key);
  expect(first).toContain('i-0a1b2c3d4e5f60001 said');
  expect(secretsIn(first)).toEqual(secretsIn(events[0]?.message ?? ''));
  expect(second).toBe('nothing of note');
});
