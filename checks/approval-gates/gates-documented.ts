import type { Gate } from '../../src/environment/gates-schema.ts';
import { vaguenessOf } from '../../src/judging/gate-wording.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { count } from '../../src/model/text.ts';
import { declaration } from '../../src/probes/files/declaration.ts';

const vagueGate = {
  action: 'Important things',
  threshold: 'when needed',
  approvers: ['someone'],
  timeoutSeconds: 60,
  onTimeout: 'deny',
} satisfies Gate;

export default check({
  title: 'Each high-stakes action has a specific gate',
  failureTitle: 'A gate is too vague to be enforced',
  why: 'A gate that says "important actions" is read differently by everyone, and by the model last of all.',
  trap: 'There is a document; it says "important actions", or lets through what nobody answers.',
  remediation:
    'For each gate write the action, the tool or pattern, the threshold as a number or a list, approvers by name, a timeout, and onTimeout: deny.',
  needs: { declaration },
  judge({ declaration }) {
    if (declaration.gates.length === 0) {
      return undetermined('not_configured', 'approvalGates.gates names no action that waits for a person');
    }
    const findings = declaration.gates.map((gate, index): Finding<'declaration'> => {
      const reasons = vaguenessOf(gate);
      return {
        fact: 'declaration',
        subject: `gate ${index + 1}: ${gate.action}`,
        expected: 'action, tool or pattern, threshold, approvers, timeout, and denial on timeout, all specific',
        observed: reasons.length > 0 ? reasons.join('; ') : `${gate.threshold}; ${gate.timeoutSeconds} s, then denied`,
        ok: reasons.length === 0,
      };
    });
    const control = {
      fact: 'declaration',
      subject: 'the rules of wording',
      expected: 'a vague gate is refused',
      observed: `refused for ${count(vaguenessOf(vagueGate).length, 'reason')}`,
    } as const;
    return judgeAll(findings, { controls: [control] });
  },
});
