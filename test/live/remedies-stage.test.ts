import { afterAll, beforeAll, expect, it } from 'vitest';
import { remedies } from '../../src/remedies/index.ts';
import { spawnText } from '../support/spawn-text.ts';
import { type LiveStage, must, startLiveStage } from './drills/stage.ts';
import { labAvailable } from './lab/lab.ts';
import { liveDescribe } from './live.ts';
import { motoAvailable } from './moto/moto.ts';

/** How each flaw that a remedy names is made: typed into the AWS CLI, or as root on the host. */
const flaws: Readonly<Record<string, { readonly place: 'aws' | 'host'; readonly text: string }>> = {
  'a user of the deployment had a key': {
    place: 'aws',
    text: 'aws iam create-user --user-name "$IAM_USER"; aws iam create-access-key --user-name "$IAM_USER"',
  },
  'its metadata service answered without a token': {
    place: 'aws',
    text: 'aws ec2 modify-instance-metadata-options --instance-id "$INSTANCE" --http-tokens optional',
  },
  'its gateway was halted, with a stand-in for systemctl': {
    place: 'host',
    text: 'pkill -STOP -s "$(cat /opt/unit/session)"',
  },
};
const tried = Object.entries(remedies).flatMap(([id, { tried, place, commands }]) =>
  tried.lab === 'stage' ? [{ id, place, text: commands.join('\n'), flaw: tried.flaw }] : [],
);

// The stage takes a minute: `npm run test:remedies` has it, the suite not.
const wanted = process.env['CLAWCHECK_ALL_REMEDIES'] !== undefined;
const available = [labAvailable(), motoAvailable()].find(({ ok }) => !ok) ?? { ok: true as const };

liveDescribe('the commands of the check pages on AWS and its host', wanted ? available : { ok: true }, () => {
  let stage: LiveStage;
  beforeAll(async () => {
    if (wanted) stage = await startLiveStage();
  }, 300_000);
  afterAll(() => stage?.stop());

  const type = async (place: string, text: string) => {
    const [machine] = stage.machines;
    if (!machine) throw new Error('there is no host');
    if (place === 'host') {
      // Whoever types it waits until the unit is up, as systemd says when it is.
      const ready = 'until curl -q -sf -m 5 -o /dev/null http://127.0.0.1:18789/readyz; do sleep 0.1; done';
      const whole = `UNIT=openclaw-gateway.service\n${text}${text.includes('systemctl') ? `\n${ready}` : ''}`;
      await must(machine, ['sh', '-euc', `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${whole}`]);
      return;
    }
    const { ids, region } = await stage.moto.state();
    const env = {
      ...stage.variables,
      PATH: process.env['PATH'] ?? '',
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: stage.moto.url,
      INSTANCE: ids.instances[0] ?? '',
      IAM_USER: 'openclaw-bot',
    };
    const { code, stderr } = await spawnText('bash', ['-euc', text], { cwd: stage.folder, env });
    expect([text, code, stderr]).toEqual([text, 0, '']);
  };

  it.skipIf(!wanted).each(tried)('mend $id', { timeout: 600_000, retry: 0 }, async ({ id, place, text, flaw }) => {
    await stage.reset();
    expect(await stage.judged(id)).toMatch(/^pass: /);
    await type(flaws[flaw]?.place ?? '', flaws[flaw]?.text ?? 'false');
    expect(await stage.judged(id)).toMatch(/^fail: /);
    await type(place, text);
    expect(await stage.judged(id)).toMatch(/^pass: /);
  });
});
