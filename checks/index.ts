import approvalGates from './approval-gates/index.ts';
import backup from './backup/index.ts';
import credentials from './credentials/index.ts';
import infrastructure from './infrastructure/index.ts';
import monitoring from './monitoring/index.ts';
import network from './network/index.ts';
import skills from './skills/index.ts';
import soulDocuments from './soul-documents/index.ts';

/** The eight areas, in the order of the report. The only registry: what is not here does not exist. */
export const registry = {
  infrastructure,
  'soul-documents': soulDocuments,
  credentials,
  network,
  monitoring,
  backup,
  skills,
  'approval-gates': approvalGates,
};
