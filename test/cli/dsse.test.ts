import { createPublicKey, generateKeyPairSync, verify as verifyBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDsseKey, seal } from '../../src/adapters/signature/dsse.ts';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import { predicateType, statementOf, statementType } from '../../src/report/in-toto.ts';
import { clawcheck } from '../support/cli.ts';
import { readyReport } from '../support/report.ts';
import { fixtures } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

describe('a DSSE envelope', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    for (const name of ['own', 'other']) {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      writeFileSync(at(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      writeFileSync(at(`${name}.pub.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
    }
    deployment = await startDeployment(fixtures, ['efs-without-tls']);
    const run = ['run', '--env', 'prod', '-c', deployment.config, '-q', '-o', at('report.json'), '--allow-simulated'];
    const { code, stderr } = await clawcheck(
      [...run, '--dsse', at('report.intoto.json'), '--dsse-key', at('own.pem')],
      { env: deployment.variables },
    );
    expect([code, stderr]).toEqual([20, '']);
  });
  afterAll(() => deployment.close());

  const verify = (envelope: string, key = 'own.pub.pem') =>
    clawcheck([
      'verify',
      at('report.json'),
      '--unsigned',
      '--allow-simulated',
      '--dsse',
      at(envelope),
      '--dsse-key',
      at(key),
    ]);
  const refused = async (envelope: string, line: RegExp, key?: string) => {
    const { code, stdout } = await verify(envelope, key);
    expect([code, stdout]).toEqual([23, expect.stringMatching(line)]);
  };

  it('is signed as DSSE says, over a statement about the bytes of the report', async () => {
    const { payloadType, payload, signatures } = JSON.parse(read('report.intoto.json'));
    const body = Buffer.from(payload, 'base64');
    const signed = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
    const key = createPublicKey(read('own.pub.pem'));
    expect(verifyBytes(null, signed, key, Buffer.from(signatures[0].sig, 'base64'))).toBe(true);
    expect(payloadType).toBe('application/vnd.in-toto+json');
    const statement = JSON.parse(body.toString());
    expect(statement).toMatchObject({
      _type: statementType,
      predicateType,
      predicate: { result: 'FAILED', warnedTests: expect.arrayContaining(['backup/recovery-runbook']) },
    });
    expect(statement.predicate.failedTests).toContain('soul-documents/encrypted-in-transit');
    expect((await verify('report.intoto.json')).code).toBe(20);
  });

  it('says PASSED for a live READY report only', async () => {
    const ready = await readyReport();
    const result = (report: typeof ready) => statementOf(Buffer.from(''), report).predicate.result;
    expect(result(ready)).toBe('PASSED');
    expect(result({ ...ready, mode: 'simulated' })).toBe('FAILED');
    expect(result({ ...ready, verdict: 'INCOMPLETE' })).toBe('FAILED');
  });

  it('is refused by another key, about another report, changed, or in loose base64', async () => {
    await refused('report.intoto.json', /dsse: this key did not sign it/, 'other.pub.pem');
    const envelope = JSON.parse(read('report.intoto.json'));
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
    statement.predicate.result = 'PASSED';
    writeFileSync(
      at('forged.json'),
      JSON.stringify({ ...envelope, payload: Buffer.from(JSON.stringify(statement)).toString('base64') }),
    );
    await refused('forged.json', /dsse: this key did not sign it/);
    writeFileSync(at('resigned.json'), seal(statement, readDsseKey(at('own.pem'))));
    await refused('resigned.json', /dsse: the statement is not about this report, or says something else/);
    writeFileSync(
      at('loose.json'),
      JSON.stringify({ ...envelope, payload: `${envelope.payload.slice(0, 40)}\n!!${envelope.payload.slice(40)}` }),
    );
    await refused('loose.json', /dsse: its payload is not in strict base64/);
    writeFileSync(at('twice.json'), read('report.intoto.json').replace('"payload":', '"payload": "", "payload":'));
    await refused('twice.json', /dsse: the key "payload" stands twice/);
    copyFileSync(at('report.json'), at('none.json'));
    await refused('none.json', /dsse: it is not a DSSE envelope/);
  });

  it('needs a key of its kind, and both options', async () => {
    const run = [
      'run',
      '--env',
      'prod',
      '-c',
      deployment.config,
      '-q',
      '-o',
      at('again.json'),
      '--allow-simulated',
      '--dsse',
      at('x.json'),
    ];
    const env = deployment.variables;
    expect(await clawcheck(run, { env })).toMatchObject({ code: 64, stderr: expect.stringMatching(/go together/) });
    const wrong = await clawcheck([...run, '--dsse-key', at('own.pub.pem')], { env });
    expect(wrong).toMatchObject({ code: 64, stderr: expect.stringMatching(/not a private key/) });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(at('ec.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const curve = await clawcheck([...run, '--dsse-key', at('ec.pem')], { env });
    expect(curve).toMatchObject({ code: 64, stderr: expect.stringMatching(/not an Ed25519 key/) });
  });
});
