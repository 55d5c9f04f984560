import { agentSettings, valueAt } from '../../src/judging/gateway-config.ts';
import { isWithin } from '../../src/judging/mounts.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';
import { type DocumentState, documents } from '../../src/probes/host/documents.ts';

export default check({
  title: 'The soul documents are in the workspace that the gateway reads',
  failureTitle: 'A soul document is missing from the workspace that the gateway reads',
  why: 'Without its documents the agent runs on defaults that nobody reviewed.',
  trap: 'The files are where the tool looks, while an agent works in another directory; an empty file or a link counts as a document.',
  remediation:
    'Deploy every document of soulDocuments.documents to the workspace, readable by the agent, and set agents.defaults.workspace to that directory.',
  needs: { documents, config: gatewayConfig, agents: gatewayAgents },
  judge({ documents, config: { inForce }, agents }, { environment }) {
    const { workspace } = environment.soulDocuments;
    const findings: Finding<'documents' | 'config'>[] = documents.map((one) => ({
      fact: 'documents',
      subject: `${workspace}/${one.document}`,
      expected: 'a regular file with text, readable by the agent',
      observed: described(one),
      ok: one.kind === 'file' && one.readable && one.hasText && one.bytes > 0,
    }));
    for (const agent of agents) {
      const used = agentSettings(inForce, agent)['workspace'] ?? valueAt(inForce, 'agents.defaults.workspace');
      // An agent of its own may work in a folder of it; the first one reads the documents that were looked at.
      const ok = typeof used === 'string' && isWithin(used, workspace) && !used.split('/').includes('..');
      findings.push({
        fact: 'config',
        subject: `workspace of an agent in the configuration in force`,
        expected: workspace,
        observed: typeof used !== 'string' ? 'not set' : ok ? used : 'another directory',
        ok,
      });
    }
    const read = agents.some((agent) => {
      const used = agentSettings(inForce, agent)['workspace'] ?? valueAt(inForce, 'agents.defaults.workspace');
      return typeof used === 'string' && used.replace(/\/+$/, '') === workspace;
    });
    findings.push({
      fact: 'config',
      subject: 'agents that read these documents',
      expected: 'at least one',
      observed: read ? 'at least one' : 'none',
      ok: read,
    });
    return judgeAll(documents.length > 0 ? findings : []);
  },
});

function described({ kind, bytes, readable, hasText }: DocumentState): string {
  if (kind !== 'file') return kind;
  if (!readable) return 'not readable';
  return hasText ? `a file of ${bytes} bytes` : `a file of ${bytes} bytes without text`;
}
