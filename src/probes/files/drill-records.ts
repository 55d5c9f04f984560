import { type DrillRecord, drillNamespace, drillRecordSchema } from '../../model/drill-record.ts';
import { filesProbe, type ProbeContext } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { FilesPort } from '../../ports/files.ts';

export interface DrillRecords {
  /** Of this deployment, newest first; where signers are named, each signed by one of them. */
  readonly records: readonly DrillRecord[];
  /** Files that are not counted, and why: not of the form, of another deployment, simulated, not signed. */
  readonly refused: readonly { readonly path: string; readonly why: string }[];
}

/** The records that `clawcheck drill run` left beside the environment file: claims, until AWS's own records agree. */
export const drillRecords = filesProbe({
  id: 'files/drill-records',
  async gather(files, _facts, context): Promise<DrillRecords> {
    const paths = await files.glob(context.environment.drills.records.replace(/^\.\//, ''));
    const records: DrillRecord[] = [];
    const refused: { path: string; why: string }[] = [];
    for (const path of paths) {
      const read = await readRecord(files, path, context);
      if (typeof read === 'string') refused.push({ path, why: read });
      else records.push(read);
    }
    records.sort((a, b) => Date.parse(b.window.end) - Date.parse(a.window.end));
    return { records, refused };
  },
});

async function readRecord(files: FilesPort, path: string, context: ProbeContext): Promise<DrillRecord | string> {
  const { environment } = context;
  const text = await files.read(path);
  // A failure may stand in it, newer than every other record.
  if (text === undefined) throw unreadable('went away while it was read');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable('is not JSON: it may be cut off');
  }
  const parsed = drillRecordSchema.safeParse(json);
  if (!parsed.success) return 'it is not a record of a drill';
  const record = parsed.data;
  const { subject, mode } = record;
  const { autoScalingGroup: group } = environment.infrastructure;
  const same =
    record.environment.name === environment.name &&
    subject.account === environment.aws.account &&
    subject.region === environment.aws.region &&
    subject.fileSystemId === environment.soulDocuments.fileSystemId &&
    subject.autoScalingGroup.endsWith(`:autoScalingGroupName/${group}`);
  if (!same) return 'it is of another deployment';
  // A run against another endpoint is a simulation itself, and says so.
  if (mode !== 'live' && environment.aws.endpoint === undefined) return 'it is of a simulation';
  return (await isSigned(files, path, text, context)) ? record : 'no allowed signer signed it';
}

function unreadable(why: string): ProbeError {
  return new ProbeError('truncated', `a file where records of drills are kept ${why}`, {
    next: 'Restore the file, or remove it from drills.records.',
  });
}

async function isSigned(files: FilesPort, path: string, text: string, context: ProbeContext): Promise<boolean> {
  const { signers } = context.environment.drills;
  if (signers === undefined) return true;
  const [signature, allowedSigners] = [await files.read(`${path}.sig`), await files.read(signers)];
  if (signature === undefined || allowedSigners === undefined || !context.signatures) return false;
  const bytes = Buffer.from(text);
  const found = context.signatures.verify({ bytes, signature, namespace: drillNamespace, allowedSigners });
  return 'identity' in found;
}
