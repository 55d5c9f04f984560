import * as z from '../model/zod.ts';
import { attestation, notApplicable, waiver } from './acceptance-schema.ts';
import { aws, gateway, git, hostSettings, ssh } from './access-schema.ts';
import { means, text } from './fields.ts';
import { approvalGates, owners } from './gates-schema.ts';
import { backup, drills, monitoring, skills } from './operation-schema.ts';
import { credentials, type endpoint, infrastructure, network, soulDocuments } from './platform-schema.ts';

/**
 * The environment file: what is deployed where, and what the operator requires of it. The JSON Schema and the example
 * file are generated from this; the description of each key is its comment there.
 */

export const environmentSchema = z.strictObject({
  aws: aws.check(means('Account and region')),
  infrastructure: infrastructure.check(means('Area 1: what the gateway runs on')),
  soulDocuments: soulDocuments.check(means('Area 2: the documents that make the agent behave')),
  credentials: credentials.check(means('Area 3: what the agent and its alerting may read')),
  network: z.prefault(network, {}).check(means('Area 4: what gets in and out')),
  monitoring: monitoring.check(means('Area 5: who hears of a failure, and when')),
  backup: z.prefault(backup, {}).check(means('Area 6: what is kept and how it comes back')),
  skills: z.prefault(skills, {}).check(means('Area 7: what the agent can do, and its evals')),
  drills: z.prefault(drills, {}).check(means('Timed experiments: clawcheck drill')),
  approvalGates: z.prefault(approvalGates, {}).check(means('Area 8: what waits for a human')),
  ssh: z.prefault(ssh, {}).check(means('How to reach the instances')),
  host: z.prefault(hostSettings, {}).check(means('What runs on the instances')),
  gateway: z.prefault(gateway, {}).check(means('The gateway on each instance')),
  git: z.optional(git).check(means('The git host')),
  owners: z.prefault(owners, {}).check(means('Who answers for what')),
  attestations: z._default(z.array(attestation), []).check(
    means('Statements of named people: check, by, date, expires, statement, evidence; evidenceSha256, signature', [
      {
        check: 'backup/recovery-runbook',
        by: 'A. Name',
        date: '2026-01-31',
        expires: '2026-07-31',
        statement: 'I restored the deployment by the runbook alone.',
        evidence: 'https://wiki.example.com/restore-2026-01',
      },
    ]),
  ),
  attestationSigners: z
    .optional(text)
    .check(
      means(
        'File of those who may sign attestations, in the format of ssh-keygen(1) ALLOWED SIGNERS',
        'attestation_signers',
      ),
    ),
  waivers: z._default(z.array(waiver), []).check(
    means('Failures that are accepted for a time: check, reason, by, expires, ticket', [
      {
        check: 'monitoring/log-retention',
        reason: 'New groups fill up first',
        by: 'A. Name',
        expires: '2026-07-31',
        ticket: 'OPS-1',
      },
    ]),
  ),
  notApplicable: z
    ._default(z.array(notApplicable), [])
    .check(
      means('Checks that cannot apply here: check, reason', [
        { check: 'skills/adversarial-cases', reason: 'No skill takes outside input' },
      ]),
    ),
});

export const fileSchema = z.strictObject({
  version: z.literal(1).check(means('Version of this format', 1)),
  checks: z
    ._default(z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(z.maxLength(20)), [])
    .check(
      means('Extensions with checks of your own: files or folders beside this file, or installed packages', [
        './checks',
      ]),
    ),
  environments: z
    .record(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -')),
      environmentSchema,
    )
    .check(means('One entry for each environment')),
});

/** One environment, with every default filled in. */
export type Environment = z.infer<typeof environmentSchema> & {
  /** The name that was given with --env. */
  readonly name: string;
};
export type EnvironmentFile = z.infer<typeof fileSchema>;
export type Endpoint = z.infer<typeof endpoint>;
