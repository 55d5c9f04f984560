import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { makeKeyPair } from '../../../src/demo/key-pair.ts';
import { resolveTimes } from '../../../src/demo/scenario.ts';
import { parseEnvironmentFile } from '../../../src/environment/load.ts';
import type { Environment } from '../../../src/environment/schema.ts';
import { fixtures } from '../../support/rig.ts';
import type { Moto, MotoState } from './moto.ts';

const vpcRange = '10.40.0.0/16';
const gatewayPort = 18789;

/**
 * The environment file of the lab's deployment: that of the fixtures, with the lab's names. No host and no git host is
 * reachable from here: their addresses are the loopback's first port, where nothing listens.
 */
export function environmentFile({ url }: Pick<Moto, 'url'>, { account, region, ids }: MotoState): string {
  const text = readFileSync(join(fixtures, 'good', 'clawcheck.yaml'), 'utf8');
  const { prod } = parse(resolveTimes(text, new Date()) as string).environments;
  const aws = { account, region, endpoint: url };
  const lab = {
    ...prod,
    aws,
    infrastructure: {
      ...prod.infrastructure,
      autoScalingGroup: ids.group,
      approvedInbound: [
        {
          from: ids.loadBalancerSecurityGroup,
          port: gatewayPort,
          reason: 'health checks of the internal load balancer',
        },
      ],
    },
    soulDocuments: {
      ...prod.soulDocuments,
      fileSystemId: ids.fileSystem,
      workspaceAccessPoint: ids.accessPoints.workspace.split('/').at(-1),
    },
    network: {
      ...prod.network,
      approvedRanges: [ids.prefixList, vpcRange, ids.fileSystemSecurityGroup],
    },
    monitoring: {
      ...prod.monitoring,
      logGroups: ids.logGroups.map((name) => ({ name, kind: name.split('/').at(-1) })),
      alarm: ids.alarm,
      alarmMetric: 'OpenClaw/Gateway/Ready',
      alertFunction: ids.function,
      budget: ids.budget,
      killSwitch: ids.killSwitch,
    },
    backup: { ...prod.backup, vault: ids.vault },
    ssh: { ...prod.ssh, hosts: ['127.0.0.1'], port: 1, useConfig: false, agent: false },
    git: { ...prod.git, api: 'http://127.0.0.1:1' },
  };
  const staging = {
    aws,
    infrastructure: { autoScalingGroup: 'openclaw-staging' },
    soulDocuments: { fileSystemId: ids.decoy.fileSystem },
    credentials: { secret: 'openclaw/staging/gateway' },
    monitoring: { logGroups: [{ name: '/openclaw/staging/gateway' }], alarm: 'openclaw-staging-health' },
  };
  return stringify({ version: 1, environments: { prod: lab, staging } });
}

export interface LabEnvironment {
  readonly environment: Environment;
  readonly others: readonly Environment[];
}

/** The environments of the file, parsed as the command line does it. */
export function labEnvironment(moto: Pick<Moto, 'url'>, state: MotoState): LabEnvironment {
  const { environments } = parseEnvironmentFile(environmentFile(moto, state), 'clawcheck.yaml');
  const named = (name: string) => ({ ...environments[name], name }) as Environment;
  return { environment: named('prod'), others: [named('staging')] };
}

/** Writes the environment file and the files that it names into a folder. @returns the path of the environment file */
export function writeEnvironment(folder: string, moto: Pick<Moto, 'url'>, state: MotoState): string {
  cpSync(join(fixtures, 'good', 'files'), folder, { recursive: true });
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, entry);
    if (!statSync(file).isFile()) continue;
    writeFileSync(file, resolveTimes(readFileSync(file, 'utf8'), new Date()) as string);
  }
  const path = join(folder, 'clawcheck.yaml');
  const key = join(folder, 'id_ed25519');
  writeFileSync(key, makeKeyPair().private, { mode: 0o600 });
  const file = parse(environmentFile(moto, state));
  file.environments.prod.ssh.privateKeyFile = key;
  writeFileSync(path, stringify(file));
  return path;
}
