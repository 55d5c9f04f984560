import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startDeployment } from '../../src/demo/deployment.ts';
import { loadScenario } from '../../src/demo/scenario.ts';
import { clawcheck } from '../support/cli.ts';
import { startListingAws } from '../support/listing-aws.ts';
import { fixtures } from '../support/rig.ts';

/** What no service of AWS knows, and a person fills in after `init`. */
const ofThePerson = ['network', 'skills', 'approvalGates', 'owners', 'attestations', 'ssh'];

it('leads from nothing to READY: init, what a person fills in, doctor, plan, run', async () => {
  const deployment = await startDeployment(fixtures, []);
  const aws = await startListingAws(loadScenario(fixtures, [], new Date()));
  try {
    const env = { ...deployment.variables };
    const config = join(dirname(deployment.config), 'mine.yaml');
    const where = ['--env', 'prod', '--config', config];
    const place = ['--region', 'eu-west-1', '--endpoint', aws.url];

    const init = await clawcheck(['init', ...where, '--yes', ...place, '--repository', 'acme/openclaw-workspace'], {
      env,
    });
    expect([init.stderr, init.code]).toEqual(['', 0]);

    // As it was found, the way to the hosts is not known, and doctor says so.
    const early = await clawcheck(['doctor', ...where], { env });
    expect(early.code).toBe(21);
    expect(early.stdout).toMatch(/^FAIL {2}ssh 10\.20\.1\.10 /m);

    const mine = parse(readFileSync(config, 'utf8'));
    const theirs = parse(readFileSync(deployment.config, 'utf8')).environments;
    const { prod } = mine.environments;
    for (const section of ofThePerson) prod[section] = theirs.prod[section];
    prod.git.api = theirs.prod.git.api;
    prod.infrastructure.approvedInbound = theirs.prod.infrastructure.approvedInbound;
    prod.credentials.integrations = theirs.prod.credentials.integrations;
    for (const key of ['runbook', 'rtoMinutes']) prod.backup[key] = theirs.prod.backup[key];
    prod.monitoring = { ...theirs.prod.monitoring, ...prod.monitoring, agentTurn: theirs.prod.monitoring.agentTurn };
    mine.environments.staging = theirs.staging;
    writeFileSync(config, stringify(mine));

    const doctor = await clawcheck(['doctor', ...where], { env });
    expect(doctor.stdout).not.toMatch(/^FAIL/m);
    expect(doctor.code).toBe(0);

    const plan = await clawcheck(['plan', ...where], { env });
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('127.0.0.1, port')]);

    const run = await clawcheck(['run', '-q', ...where], { env });
    expect(run.stdout).toMatch(/^READY /);
    expect(run.code).toBe(0);
  } finally {
    await aws.close();
    await deployment.close();
  }
}, 180_000);
