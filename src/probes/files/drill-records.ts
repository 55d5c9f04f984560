import { type DrillRecord, drillNamespace, drillRecordSchema } from '../../model/drill-record.ts';
import { filesProbe, type ProbeContext } from '../../model/probe.ts';
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
  if (text === undefined) return 'it is gone';
  let record: DrillRecord;
  try {
    record = drillRecordSchema.parse(JSON.parse(text));
  } catch {
    return 'it is not a record of a drill';
  }
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

async function isSigned(files: FilesPort, path: string, text: string, context: ProbeContext): Promise<boolean> {
  const { signers } = context.environment.drills;
  if (signers === undefined) return true;
  const [signature, allowedSigners] = [await files.read(`${path}.sig`), await files.read(signers)];
  if (signature === undefined || allowedSigners === undefined || !context.signatures) return false;
  const bytes = Buffer.from(text);
  const found = context.signatures.verify({ bytes, signature, namespace: drillNamespace, allowedSigners });
  return 'identity' in found;
}
