import type { SkillFolder } from '../../src/judging/skill-tree.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { repositorySkills } from '../../src/probes/files/skills.ts';
import { type DeployedSkill, deployedSkills } from '../../src/probes/host/skills.ts';

type Fact = 'deployed' | 'repository';

export default check({
  title: 'The skills on the instance are those of the repository',
  failureTitle: 'The skills on the instance are not those of the repository',
  why: 'A skill that nobody listed was reviewed and tried by nobody.',
  trap: 'Names of folders are compared; a script in one has changed, or a second skill has the same name.',
  remediation: 'Deploy the skills folder of the reviewed branch anew, and remove skills that are not in it.',
  needs: { deployed: deployedSkills, repository: repositorySkills },
  judge({ deployed, repository }) {
    const known = new Map(repository.skills.map((skill) => [skill.folder, skill]));
    const findings: Finding<Fact>[] = deployed.skills.map((skill) => {
      const subject = `${skill.root} skill ${skill.folder || '(top)'}`;
      const wanted = known.get(skill.folder);
      if (!wanted || skill.root === 'workshop') {
        const observed = wanted ? 'written by an agent' : `not in ${repository.directory}`;
        return { fact: 'deployed', subject, expected: 'a skill of the repository', observed, ok: false };
      }
      const differences = compare(skill, wanted);
      const observed = differences.slice(0, 5).join(', ') || `the same ${wanted.files.length} files`;
      return {
        fact: 'deployed',
        subject,
        expected: 'the files of the repository',
        observed,
        ok: differences.length === 0,
      };
    });
    for (const { root, path } of deployed.links) {
      findings.push({
        fact: 'deployed',
        subject: `${root} ${path}`,
        expected: 'a folder or a regular file',
        observed: 'a link or another kind of file, behind which a skill may be',
        ok: false,
      });
    }
    for (const { folder } of repository.skills) {
      if (deployed.skills.some((skill) => skill.folder === folder)) continue;
      findings.push({
        fact: 'repository',
        subject: `skill ${folder || '(top)'}`,
        expected: 'deployed on the instance',
        observed: `in none of the folders ${deployed.present.join(', ') || '(there are none)'}`,
        ok: false,
      });
    }
    return judgeAll(findings, { empty: `there is no skill in ${repository.directory}, and none on the instance` });
  },
});

function compare(deployed: DeployedSkill, wanted: SkillFolder): string[] {
  const paths = new Set([...deployed.files, ...wanted.files].map(({ path }) => path));
  return [...paths].sort().flatMap((path) => {
    const there = deployed.files.find((file) => file.path === path);
    const here = wanted.files.find((file) => file.path === path);
    if (!here) return [`extra: ${path}`];
    if (!there) return [`missing: ${path}`];
    if (there.sha256 === undefined) return [`no regular file: ${path}`];
    return there.sha256 === here.sha256 ? [] : [`differs: ${path}`];
  });
}
