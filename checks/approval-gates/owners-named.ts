import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { declaration } from '../../src/probes/files/declaration.ts';

const duties = {
  modelBehaviour: 'what the model says',
  permissions: 'what the agent may reach',
  workflowDesign: 'what the agent is for',
  incidentResponse: 'who stops it',
} as const;

/** Placeholders, those of clawcheck.example.yaml among them. */
const nobody =
  /^(?:(?:tb[acd]|fixme)\b.*|to ?do(?:[:(-].*)?|to be \w+|(?:the )?team|n\/?a|none|no ?(?:body|one)|(?:some|any|every) ?(?:body|one)|unknown|unassigned|not (?:yet )?(?:assigned|known|decided)|vacant|pending|placeholder|(?:\w\. |your |full |first )?name|owner|x+|<.*>|[^\p{L}\p{N}]+)$/iu;

export default check({
  title: 'Four duties have a named owner',
  failureTitle: 'A duty has no named owner',
  why: 'What belongs to everyone is done by nobody when it is urgent.',
  trap: 'The field is filled: with a placeholder.',
  remediation: 'Name a person and how to reach them for each duty under owners in the environment file.',
  needs: { declaration },
  judge({ declaration: { owners } }) {
    const findings = Object.entries(duties).map(([duty, meaning]): Finding<'declaration'> => {
      const owner = owners[duty as keyof typeof duties];
      const named = owner !== undefined && !nobody.test(owner.name.trim());
      const reachable = owner !== undefined && /[@+#\d/]/.test(owner.contact) && !nobody.test(owner.contact.trim());
      return {
        fact: 'declaration',
        subject: `owners.${duty} (${meaning})`,
        expected: 'a name, and an address or number',
        observed: !owner ? 'nobody' : !named ? 'a placeholder' : reachable ? owner.name : 'no address or number',
        ok: named && reachable,
      };
    });
    const known = Object.keys(owners).length;
    const control = {
      fact: 'declaration',
      subject: 'the environment file',
      expected: 'its owners are read, and a placeholder is told from a name',
      observed: `${known} read; "tbd" ${nobody.test('tbd') ? 'is refused' : 'is taken'}`,
    } as const;
    return judgeAll(findings, { controls: [control] });
  },
});
