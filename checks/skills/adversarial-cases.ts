import { asserts, labelOf } from '../../src/judging/eval-case.ts';
import { casesOfSkill, whyUnclear } from '../../src/judging/eval-coverage.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { repositorySkills } from '../../src/probes/files/skills.ts';

export default check({
  title: 'Each skill that takes input from outside is tried with hostile input',
  failureTitle: 'A skill that takes input from outside is not tried with hostile input',
  why: 'A mail, a page or a ticket can carry instructions; whether the agent follows them has to be tried.',
  trap: 'A list that names a skill which does not exist asks for nothing, and the one that takes mail goes untried.',
  remediation:
    'Add a promptfoo test with metadata.case: injection and an assertion that fails when the agent follows the instruction in the input.',
  needs: { skills: repositorySkills, configs: evalConfigs },
  judge({ skills: { directory, skills }, configs }, { environment }) {
    const { outsideInput } = environment.skills;
    if (outsideInput.length === 0) {
      return undetermined(
        'not_configured',
        'skills.outsideInput names no skill; list those that read mail, pages, tickets or messages of strangers',
      );
    }
    const unclear = whyUnclear(skills, configs);
    if (unclear) return undetermined(unclear.reason, unclear.message);
    return judgeAll(
      outsideInput.map((name): Finding<'skills' | 'configs'> => {
        const subject = `skill ${name}`;
        const expected = 'a case of kind injection with an assertion that can fail';
        const skill = skills.find((s) => s.name === name);
        if (!skill)
          return { fact: 'skills', subject, expected, observed: `there is no such skill in ${directory}`, ok: false };
        const cases = casesOfSkill(skill, configs).filter(({ kind }) => kind === 'injection');
        const real = cases.find(asserts);
        const observed = real
          ? labelOf(real)
          : cases[0]
            ? `${labelOf(cases[0])} asserts nothing that can fail`
            : 'none';
        return { fact: 'configs', subject, expected, observed, ok: real !== undefined };
      }),
    );
  },
});
