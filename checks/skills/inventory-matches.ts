import { originOf } from '../../src/judging/loaded-skills.ts';
import type { SkillFolder } from '../../src/judging/skill-tree.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { repositorySkills } from '../../src/probes/files/skills.ts';
import { gatewaySkills } from '../../src/probes/gateway/skills.ts';
import { type DeployedSkill, deployedSkills } from '../../src/probes/host/skills.ts';

type Fact = 'deployed' | 'repository' | 'loaded';

export default check({
  title: 'The skills on the instance are those of the repository',
  failureTitle: 'The skills on the instance are not those of the repository',
  why: 'A skill that nobody listed was reviewed and tried by nobody.',
  trap: 'Names of folders are compared; a script in one has changed, or a second skill has the same name.',
  remediation:
    'Deploy the skills folder of the reviewed branch anew, remove skills that are not in it, and take folders out of skills.load.extraDirs that are not in the workspace.',
  needs: { deployed: deployedSkills, repository: repositorySkills, loaded: gatewaySkills },
  judge({ deployed, repository, loaded }, { environment }) {
    const known = new Map(repository.skills.map((skill) => [skill.folder, skill]));
    const reviewed = ({ root, folder }: DeployedSkill) =>
      // Those of another folder in the workspace have its path before their own.
      root === 'workspace-rest' ? known.get(folder.replace(/^(.*\/)?skills\//, '')) : known.get(folder);
    const findings: Finding<Fact>[] = deployed.skills.map((skill) => {
      const subject = `${skill.root} skill ${skill.folder || '(top)'}`;
      const wanted = reviewed(skill);
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
      if (deployed.skills.some((skill) => reviewed(skill)?.folder === folder)) continue;
      findings.push({
        fact: 'repository',
        subject: `skill ${folder || '(top)'}`,
        expected: 'deployed on the instance',
        observed: `in none of the folders ${deployed.present.join(', ') || '(there are none)'}`,
        ok: false,
      });
    }
    const { soulDocuments, host } = environment;
    const { workspace, runtime } = soulDocuments;
    const inWorkspace = { workspace: '/skills', 'workspace-agents': '/.agents/skills', 'workspace-rest': '' } as const;
    const places = {
      own: [workspace, runtime, host.stateDirectory],
      found: deployed.skills.flatMap(({ root, folder }) =>
        root in inWorkspace ? [`${workspace}${inWorkspace[root as keyof typeof inWorkspace]}/${folder}`] : [],
      ),
      plugins: new Map(deployed.plugins.map(({ name, target }) => [name, target])),
    };
    const origins = loaded.map((skill) => ({ skill, origin: originOf(skill, loaded, places) }));
    const strange = origins.filter(({ origin }) => origin === 'elsewhere');
    for (const { name, agent } of strange.map(({ skill }) => skill)) {
      findings.push({
        fact: 'loaded',
        subject: `skill ${name} of agent ${agent}`,
        expected: 'from a folder whose skills are compared, or from the gateway itself',
        observed: 'from another folder, or from a plugin that does not come with the gateway',
        ok: false,
      });
    }
    const judgement = judgeAll(findings, {
      empty: `there is no skill in ${repository.directory}, and none on the instance`,
    });
    const untold = origins.filter(({ origin }) => origin === 'untold').length;
    if (judgement.outcome !== 'pass' || untold === 0) return judgement;
    const message = `the gateway loads ${untold} skills from a place that it does not tell, or that is not known here`;
    return undetermined('bad_response', message, judgement.evidence);
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
