import type { Environment } from '../../environment/schema.ts';
import { type DigestedFile, type SkillFolder, skillFolders } from '../../judging/skill-tree.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGatewayRoot, enterGatewayRoot } from './gateway-root.ts';
import { all } from './records.ts';

/** The places that the gateway loads custom skills from, highest first. `workshop`: written by agents. */
export const skillRoots = ['workspace', 'workspace-agents', 'home-agents', 'managed', 'workshop'] as const;
export type SkillRoot = (typeof skillRoots)[number];

export interface DeployedSkill extends SkillFolder {
  readonly root: SkillRoot;
}

export interface DeployedSkills {
  readonly skills: readonly DeployedSkill[];
  /** What is no regular file and in no skill, such as a link to a folder: a skill may be behind it. */
  readonly links: readonly { readonly root: SkillRoot; readonly path: string }[];
  /** Roots that exist. */
  readonly present: readonly SkillRoot[];
}

const script = ({ soulDocuments, host }: Environment) => `
need find sha256sum wc
${enterGatewayRoot}
look() {
  [ -d "$root$2" ] || { if [ -e "$root$2" ] || [ -L "$root$2" ]; then say root "$1 unreadable"; else say root "$1 absent"; fi; return; }
  ( cd "$root$2" && find . >/dev/null ) 2>/dev/null || { say root "$1 unreadable"; return; }
  say root "$1 present"
  ( cd "$root$2" || exit
    say count "$1 $(find . ! -type d | wc -l | tr -d ' ')"
    find . -type f -exec sha256sum {} + 2>/dev/null | while IFS= read -r line; do say file "$1 $line"; done
    find . ! -type d ! -type f | while IFS= read -r line; do say file "$1 - $line"; done )
}
look workspace ${quote(`${soulDocuments.workspace}/skills`)}
look workspace-agents ${quote(`${soulDocuments.workspace}/.agents/skills`)}
look home-agents "$HOME/.agents/skills"
look managed ${quote(`${host.stateDirectory}/skills`)}
for workshop in "$root"${quote(host.stateDirectory)}/agents/*/agent/workshop-skills; do
  [ -e "$workshop" ] && look workshop "\${workshop#"$root"}"
done
say end yes
`;

/** The custom skills on the instance, as the gateway sees them, with a digest of every file. */
export const deployedSkills = hostProbe<DeployedSkills>({
  id: 'host/skills',
  as: 'agent',
  seconds: 20,
  script,
  parse(records) {
    demandGatewayRoot(records);
    if (all(records, 'end').length !== 1) throw malformed();
    const states = all(records, 'root').map((line) => words(line, /^(\S+) (present|absent|unreadable)$/));
    for (const root of skillRoots.filter((r) => r !== 'workshop')) {
      if (states.filter(([name]) => name === root).length !== 1) throw malformed();
    }
    if (states.some(([, state]) => state === 'unreadable')) {
      throw new ProbeError('access_denied', 'a folder of skills on the host cannot be read by the agent user');
    }
    const files = all(records, 'file').map((line): DigestedFile & { root: SkillRoot } => {
      const [root, sha256, path] = words(line, /^(\S+) ([0-9a-f]{64}|-) {1,2}\.\/(.+)$/);
      return { root: rootOf(root), sha256: sha256 === '-' ? undefined : sha256, path: path ?? '' };
    });
    const counted = all(records, 'count').map((line) => Number(words(line, /^(\S+) (\d{1,6})$/)[1]));
    if (counted.reduce((a, b) => a + b, 0) !== files.length) {
      throw new ProbeError('access_denied', 'some files of the skills on the host cannot be read by the agent user');
    }
    const present = states.filter(([, state]) => state === 'present').map(([root]) => rootOf(root));
    const roots = present.map((root) => ({ root, ...skillFolders(files.filter((file) => file.root === root)) }));
    return {
      present,
      skills: roots.flatMap(({ root, skills }) => skills.map((skill) => deployed(root, skill))),
      links: roots.flatMap(({ root, stray }) =>
        stray.filter(({ sha256 }) => sha256 === undefined).map(({ path }) => ({ root, path })),
      ),
    };
  },
});

function deployed(root: SkillRoot, { folder, files }: SkillFolder): DeployedSkill {
  return { root, folder, files: files.map(({ path, sha256 }) => ({ path, sha256 })) };
}

function rootOf(word: string | undefined): SkillRoot {
  const root = skillRoots.find((r) => r === word);
  if (!root) throw malformed();
  return root;
}

function words(line: string, pattern: RegExp): string[] {
  const match = pattern.exec(line);
  if (!match) throw malformed();
  return match.slice(1);
}

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'the host did not list its skills in the expected form');
}
