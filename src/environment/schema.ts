import * as z from '../model/zod.ts';
import { attestation, notApplicable, waiver } from './acceptance-schema.ts';
import { aws, gateway, git, hostSettings, ssh } from './access-schema.ts';
import { described } from './described.ts';
import { text } from './fields.ts';
import { approvalGates, owners } from './gates-schema.ts';
import { backup, drills, monitoring, skills } from './operation-schema.ts';
import { credentials, type endpoint, infrastructure, network, soulDocuments } from './platform-schema.ts';

/**
 * The environment file: what is deployed where, and what the operator requires of it. The JSON Schema and the example
 * file are generated from this; the description of each key is its comment there.
 */

export const environmentSchema = z.strictObject({
  aws: described(aws, 'Account and region'),
  infrastructure: described(infrastructure, 'Area 1: what the gateway runs on'),
  soulDocuments: described(soulDocuments, 'Area 2: the documents that make the agent behave'),
  credentials: described(credentials, 'Area 3: what the agent and its alerting may read'),
  network: described(z.prefault(network, {}), 'Area 4: what gets in and out'),
  monitoring: described(monitoring, 'Area 5: who hears of a failure, and when'),
  backup: described(z.prefault(backup, {}), 'Area 6: what is kept and how it comes back'),
  skills: described(z.prefault(skills, {}), 'Area 7: what the agent can do, and its evals'),
  drills: described(z.prefault(drills, {}), 'Timed experiments: clawcheck drill'),
  approvalGates: described(z.prefault(approvalGates, {}), 'Area 8: what waits for a human'),
  ssh: described(z.prefault(ssh, {}), 'How to reach the instances'),
  host: described(z.prefault(hostSettings, {}), 'What runs on the instances'),
  gateway: described(z.prefault(gateway, {}), 'The gateway on each instance'),
  git: described(z.optional(git), 'The git host'),
  owners: described(z.prefault(owners, {}), 'Who answers for what'),
  attestations: described(
    z._default(z.array(attestation), []),
    'Statements of named people: check, by, date, expires, statement, evidence; evidenceSha256, signature',
    [
      {
        check: 'backup/recovery-runbook',
        by: 'A. Name',
        date: '2026-01-31',
        expires: '2026-07-31',
        statement: 'I restored the deployment by the runbook alone.',
        evidence: 'https://wiki.example.com/restore-2026-01',
      },
    ],
  ),
  attestationSigners: described(
    z.optional(text),
    'File of those who may sign attestations, in the format of ssh-keygen(1) ALLOWED SIGNERS',
    'attestation_signers',
  ),
  waivers: described(
    z._default(z.array(waiver), []),
    'Failures that are accepted for a time: check, reason, by, expires, ticket',
    [
      {
        check: 'monitoring/log-retention',
        reason: 'New groups fill up first',
        by: 'A. Name',
        expires: '2026-07-31',
        ticket: 'OPS-1',
      },
    ],
  ),
  notApplicable: described(z._default(z.array(notApplicable), []), 'Checks that cannot apply here: check, reason', [
    { check: 'skills/adversarial-cases', reason: 'No skill takes outside input' },
  ]),
});

export const fileSchema = z.strictObject({
  version: described(z.literal(1), 'Version of this format', 1),
  checks: described(
    z._default(z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(z.maxLength(20)), []),
    'Extensions with checks of your own: files or folders beside this file, or installed packages',
    ['./checks'],
  ),
  environments: described(
    z.record(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -')),
      environmentSchema,
    ),
    'One entry for each environment',
  ),
});

/** One environment, with every default filled in. */
export type Environment = z.infer<typeof environmentSchema> & {
  /** The name that was given with --env. */
  readonly name: string;
};
export type EnvironmentFile = z.infer<typeof fileSchema>;
export type Endpoint = z.infer<typeof endpoint>;
