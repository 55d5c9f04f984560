// `npm run lab -- FOLDER`: the live lab of the tests, kept running to break by hand and check again: an AWS on moto, and as
// root on Linux a host with a real sshd. FOLDER, new or empty, gets its environment file. --aws leaves the host out.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startLiveDeployment } from '../test/live/deployment.ts';
import { labAvailable } from '../test/live/lab/lab.ts';
import { motoAvailable } from '../test/live/moto/moto.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { aws: { type: 'boolean', default: false } },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const refuse = (text: string): never => {
  process.stderr.write(`lab: ${text}\n`);
  process.exit(64);
};

const moto = motoAvailable();
if (!moto.ok) refuse(moto.reason);
const folder = resolve(positionals[0] ?? refuse('name a new folder: npm run lab -- FOLDER'));
mkdirSync(folder, { recursive: true });
if (readdirSync(folder).length > 0) refuse(`${folder} is not empty`);
const host = values.aws ? { ok: false, reason: '--aws' } : labAvailable();
if (!host.ok && !values.aws) say(`Without a host: ${'reason' in host ? host.reason : ''}.`);

// Handled before anything starts: whoever stops it while it starts stops all of it.
const stopped = new Promise<void>((stop) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop());
});
say('Starting ...');
const deployment = await startLiveDeployment({ host: host.ok });
try {
  const config = await deployment.write(folder);
  const { url } = deployment.moto;
  const variables = Object.entries({ ...deployment.variables, AWS_REGION: deployment.moto.region });
  say(`
The deployment runs until Ctrl-C. In another terminal:

  ${variables.map(([name, value]) => `export ${name}=${value}`).join('\n  ')}
  node ${join(process.cwd(), 'dist/clawcheck.js')} run --env prod --config ${config}

Break something and run it again:

  aws --endpoint-url ${url} ec2 describe-instances
  curl -s -d '{"flaw":"public-ip"}' ${url}/clawcheck-lab/flaw      the list: curl -s -d '{}' ${url}/clawcheck-lab/flaws
  curl -s -d '{}' ${url}/clawcheck-lab/reset
  curl -s -d '{"operation":"ec2:DescribeVolumes","fault":"AccessDenied"}' ${url}/clawcheck-lab/fault`);
  if (deployment.lab) {
    say(`  ssh ${deployment.lab.sshOptions.join(' ')} ${deployment.lab.login}@${deployment.lab.host}`);
  }
  await stopped;
} finally {
  say('Stopping ...');
  await deployment.stop();
}
