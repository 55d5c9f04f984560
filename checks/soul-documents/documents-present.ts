import { shown } from '../../src/judging/gateway-config.ts';
import { isWithin } from '../../src/judging/mounts.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { agentWorkspaces } from '../../src/probes/gateway/config.ts';
import { documentHashes } from '../../src/probes/host/document-hashes.ts';
import { type DocumentState, documents } from '../../src/probes/host/documents.ts';

export default check({
  title: 'The soul documents are in the workspace that the gateway reads',
  failureTitle: 'A soul document is missing from the workspace that the gateway reads',
  why: 'Without its documents the agent runs on defaults that nobody reviewed.',
  trap: 'The files are where the tool looks, while an agent works in another directory; an empty file or a link counts as a document.',
  remediation:
    'Deploy every document of soulDocuments.documents to the workspace, readable by the agent, and set the workspace of each agent to that directory, or to a folder of it that has them too.',
  needs: { documents, files: documentHashes, workspaces: agentWorkspaces },
  judge({ documents, files, workspaces }, { environment }) {
    const { workspace } = environment.soulDocuments;
    const findings: Finding<'documents' | 'files' | 'workspaces'>[] = documents.map((one) => ({
      fact: 'documents',
      subject: `${workspace}/${one.document}`,
      expected: 'a regular file with text, readable by the agent',
      observed: described(one),
      ok: one.kind === 'file' && one.readable && one.hasText && one.bytes > 0,
    }));
    for (const [agent, used] of Object.entries(workspaces)) {
      const path = used.replace(/\/+$/, '');
      const below = isWithin(path, workspace) && !path.split('/').includes('..');
      const folder = path.slice(workspace.length + 1);
      const missing = environment.soulDocuments.documents.filter(
        (name) => !files.some((file) => file.path === `${folder}/${name}` && file.blob !== undefined),
      );
      findings.push({
        fact: path === workspace || !below ? 'workspaces' : 'files',
        subject: `workspace of agent ${shown(agent)}`,
        expected: `${workspace}, or a folder of it with these documents`,
        observed: path === workspace ? 'the same' : !below ? 'another directory' : lacking(shown(folder), missing),
        ok: path === workspace || (below && missing.length === 0),
      });
    }
    return judgeAll(documents.length > 0 ? findings : []);
  },
});

function lacking(folder: string, missing: readonly string[]): string {
  return missing.length === 0
    ? `its folder ${folder}, with each`
    : `its folder ${folder}, without ${missing.join(', ')}`;
}

function described({ kind, bytes, readable, hasText }: DocumentState): string {
  if (kind !== 'file') return kind;
  if (!readable) return 'not readable';
  return hasText ? `a file of ${bytes} bytes` : `a file of ${bytes} bytes without text`;
}
