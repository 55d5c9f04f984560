import { asserts, type EvalCase, inputOf, isKind, labelOf } from '../../src/judging/eval-case.ts';
import { casesOfSkill, whyUnclear } from '../../src/judging/eval-coverage.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { repositorySkills } from '../../src/probes/files/skills.ts';

const groups: Readonly<Record<string, readonly string[]>> = {
  normal: ['normal'],
  'escalate or decline': ['escalate', 'decline'],
  edge: ['edge'],
};

export default check({
  title: 'Each skill has evaluation cases for the normal, the refused and the edge case',
  failureTitle: 'A skill lacks evaluation cases',
  why: 'What a skill does when it should not act is where it does harm, and nobody tries that by hand each time.',
  trap: 'Cases are counted: one case with three labels, or three that assert nothing.',
  remediation:
    'Write promptfoo tests with metadata.skill, metadata.case (normal, escalate or decline, edge) and an assertion that can fail; docs/skills.md has an example.',
  needs: { skills: repositorySkills, configs: evalConfigs },
  judge({ skills: { directory, skills }, configs }, { environment }) {
    const unclear = whyUnclear(skills, configs);
    if (unclear) return undetermined(unclear.reason, unclear.message);
    return judgeAll(
      skills.flatMap((skill) => findings(skill.name, casesOfSkill(skill, configs), environment.skills.casesPerSkill)),
      { empty: `no skill was found in ${directory}` },
    );
  },
});

function findings(skill: string, cases: readonly EvalCase[], fewest: number): Finding<'configs'>[] {
  const real = cases.filter((c) => isKind(c.kind) && asserts(c));
  const distinct = new Map(real.map((c) => [inputOf(c), c]));
  const hollow = cases.find((c) => !real.includes(c));
  const total: Finding<'configs'> = {
    fact: 'configs',
    subject: `skill ${skill}`,
    expected: `at least ${fewest} cases with different inputs, a kind and an assertion that can fail`,
    observed: `${distinct.size} of ${cases.length} cases${hollow ? `; not counted: ${labelOf(hollow)}` : ''}`,
    ok: distinct.size >= fewest,
  };
  const kinds = Object.entries(groups).map(([group, kinds]): Finding<'configs'> => {
    const found = [...distinct.values()].filter((c) => kinds.includes(c.kind ?? ''));
    return {
      fact: 'configs',
      subject: `skill ${skill}`,
      expected: `a case of kind ${group}`,
      observed: found[0] ? labelOf(found[0]) : 'none',
      ok: found.length > 0,
    };
  });
  return [total, ...kinds];
}
