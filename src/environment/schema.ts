import * as z from 'zod';
import { attestation, notApplicable, waiver } from './acceptance-schema.ts';
import { aws, gateway, git, hostSettings, ssh } from './access-schema.ts';
import { text } from './fields.ts';
import { approvalGates, owners } from './gates-schema.ts';
import { backup, drills, monitoring, skills } from './operation-schema.ts';
import { credentials, type endpoint, infrastructure, network, soulDocuments } from './platform-schema.ts';

/**
 * The environment file: what is deployed where, and what the operator requires of it. The JSON Schema and the example
 * file are generated from this; the description of each key is its comment there.
 */

export const environmentSchema = z.strictObject({
  aws: aws.meta({ description: 'Account and region' }),
  infrastructure: infrastructure.meta({ description: 'Area 1: what the gateway runs on' }),
  soulDocuments: soulDocuments.meta({ description: 'Area 2: the documents that make the agent behave' }),
  credentials: credentials.meta({ description: 'Area 3: what the agent and its alerting may read' }),
  network: network.prefault({}).meta({ description: 'Area 4: what gets in and out' }),
  monitoring: monitoring.meta({ description: 'Area 5: who hears of a failure, and when' }),
  backup: backup.prefault({}).meta({ description: 'Area 6: what is kept and how it comes back' }),
  skills: skills.prefault({}).meta({ description: 'Area 7: what the agent can do, and its evals' }),
  drills: drills.prefault({}).meta({ description: 'Timed experiments: clawcheck drill' }),
  approvalGates: approvalGates.prefault({}).meta({ description: 'Area 8: what waits for a human' }),
  ssh: ssh.prefault({}).meta({ description: 'How to reach the instances' }),
  host: hostSettings.prefault({}).meta({ description: 'What runs on the instances' }),
  gateway: gateway.prefault({}).meta({ description: 'The gateway on each instance' }),
  git: git.optional().meta({ description: 'The git host' }),
  owners: owners.prefault({}).meta({ description: 'Who answers for what' }),
  attestations: z
    .array(attestation)
    .default([])
    .meta({
      description:
        'Statements of named people: check, by, date, expires, statement, evidence; evidenceSha256, signature',
      example: [
        {
          check: 'backup/recovery-runbook',
          by: 'A. Name',
          date: '2026-01-31',
          expires: '2026-07-31',
          statement: 'I restored the deployment by the runbook alone.',
          evidence: 'https://wiki.example.com/restore-2026-01',
        },
      ],
    }),
  attestationSigners: text.optional().meta({
    description: 'File of those who may sign attestations, in the format of ssh-keygen(1) ALLOWED SIGNERS',
    example: 'attestation_signers',
  }),
  waivers: z
    .array(waiver)
    .default([])
    .meta({
      description: 'Failures that are accepted for a time: check, reason, by, expires, ticket',
      example: [
        {
          check: 'monitoring/log-retention',
          reason: 'New groups fill up first',
          by: 'A. Name',
          expires: '2026-07-31',
          ticket: 'OPS-1',
        },
      ],
    }),
  notApplicable: z
    .array(notApplicable)
    .default([])
    .meta({
      description: 'Checks that cannot apply here: check, reason',
      example: [{ check: 'skills/adversarial-cases', reason: 'No skill takes outside input' }],
    }),
});

export const fileSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Version of this format', example: 1 }),
  checks: z
    .array(z.string().min(1).max(200))
    .max(20)
    .default([])
    .meta({
      description: 'Extensions with checks of your own: files or folders beside this file, or installed packages',
      example: ['./checks'],
    }),
  environments: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -'), environmentSchema)
    .meta({ description: 'One entry for each environment' }),
});

/** One environment, with every default filled in. */
export type Environment = z.infer<typeof environmentSchema> & {
  /** The name that was given with --env. */
  readonly name: string;
};
export type EnvironmentFile = z.infer<typeof fileSchema>;
export type Endpoint = z.infer<typeof endpoint>;
