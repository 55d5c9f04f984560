import { approvalGates } from './approval-gates.ts';
import { backup } from './backup.ts';
import { credentials } from './credentials.ts';
import { infrastructure } from './infrastructure.ts';
import { monitoring } from './monitoring.ts';
import { network } from './network.ts';
import type { Remedy } from './remedy.ts';
import { skills } from './skills.ts';
import { soulDocuments } from './soul-documents.ts';

const areas: Readonly<Record<string, Readonly<Record<string, Remedy>>>> = {
  infrastructure,
  'soul-documents': soulDocuments,
  credentials,
  network,
  monitoring,
  backup,
  skills,
  'approval-gates': approvalGates,
};

/** What mends each check of the tool, by its id. */
export const remedies: Readonly<Record<string, Remedy>> = Object.fromEntries(
  Object.entries(areas).flatMap(([area, own]) =>
    Object.entries(own).map(([name, remedy]) => [`${area}/${name}`, remedy] as const),
  ),
);
