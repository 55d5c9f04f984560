import type { Environment } from '../../environment/schema.ts';
import { type DigestedFile, type SkillFolder, skillFolders } from '../../judging/skill-tree.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGateway, enterGatewayRoot } from './gateway-root.ts';
import { all } from './records.ts';

/**
 * The places that the gateway loads custom skills from. `workspace-rest`: elsewhere in the workspace, where the agents
 * have workspaces of their own and `skills.load.extraDirs` may lead. `workshop`: written by agents.
 */
export const skillRoots = [
  'workspace',
  'workspace-agents',
  'workspace-rest',
  'home-agents',
  'managed',
  'workshop',
] as const;
export type SkillRoot = (typeof skillRoots)[number];
/** Those that may be absent without a word. */
const unasked: readonly SkillRoot[] = ['workspace-rest', 'workshop'];

export interface DeployedFile extends DigestedFile {
  /** Its hash as a git blob, outside the workspace alone: the documents of the workspace are hashed with it. */
  readonly blob?: string;
}

export interface DeployedSkill extends SkillFolder {
  readonly root: SkillRoot;
  readonly files: readonly DeployedFile[];
}

export interface DeployedSkills {
  readonly skills: readonly DeployedSkill[];
  /** What is no regular file and in no skill, such as a link to a folder: a skill may be behind it. */
  readonly links: readonly { readonly root: SkillRoot; readonly path: string }[];
  /** Roots that exist. */
  readonly present: readonly SkillRoot[];
  /** What the gateway links to as the skills of plugins: the name, and the folder behind it. */
  readonly plugins: readonly { readonly name: string; readonly target: string }[];
}

const script = ({ soulDocuments, host }: Environment) => `
need find sha256sum sha1sum wc cat
${enterGatewayRoot}
files() {
  say count "$1 $(find "$2" ! -type d | wc -l | tr -d ' ')"
  find "$2" -type f -exec sha256sum {} + 2>/dev/null | while IFS= read -r line; do say file "$1 $line"; done
  find "$2" ! -type d ! -type f | while IFS= read -r line; do say file "$1 - $line"; done
}
blobs() {
  find . -type f | while IFS= read -r file; do
    hash=$({ printf 'blob %s\\000' "$(wc -c <"$file" | tr -d ' ')"; cat "$file"; } 2>/dev/null | sha1sum)
    say blob "$1 \${hash%% *} $file"
  done
}
look() {
  [ -d "$root$2" ] || { if [ -e "$root$2" ] || [ -L "$root$2" ]; then say root "$1 unreadable"; else say root "$1 absent"; fi; return; }
  ( cd "$root$2" && find . >/dev/null ) 2>/dev/null || { say root "$1 unreadable"; return; }
  say root "$1 present"
  ( cd "$root$2" || exit
    files "$1" .
    case $1 in workspace*) ;; *) blobs "$1" ;; esac )
}
rest() { find . \\( -path ./skills -o -path ./.agents/skills -o -path ./.git \\) -prune -o -name SKILL.md -print; }
look workspace ${quote(`${soulDocuments.workspace}/skills`)}
look workspace-agents ${quote(`${soulDocuments.workspace}/.agents/skills`)}
( cd "$root"${quote(soulDocuments.workspace)} 2>/dev/null || exit
  rest >/dev/null 2>&1 || { say root 'workspace-rest unreadable'; exit; }
  [ -n "$(rest)" ] || exit
  say root 'workspace-rest present'
  rest | while IFS= read -r marker; do files workspace-rest "\${marker%/SKILL.md}"; done )
look home-agents "$HOME/.agents/skills"
look managed ${quote(`${host.stateDirectory}/skills`)}
for workshop in "$root"${quote(host.stateDirectory)}/agents/*/agent/workshop-skills; do
  [ -e "$workshop" ] && look workshop "\${workshop#"$root"}"
done
for link in "$root"${quote(host.stateDirectory)}/plugin-skills/*; do
  if [ -L "$link" ]; then say plugin "$(readlink "$link") \${link##*/}"
  elif [ -e "$link" ]; then say plugin "- \${link##*/}"; fi
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
    demandGateway(records, 'read');
    if (all(records, 'end').length !== 1) throw malformed();
    const states = all(records, 'root').map((line) => words(line, /^(\S+) (present|absent|unreadable)$/));
    for (const root of skillRoots.filter((r) => !unasked.includes(r))) {
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
    const blobs = new Map(
      all(records, 'blob').map((line) => {
        const [root, blob = '', path] = words(line, /^(\S+) ([0-9a-f]{40}) \.\/(.+)$/);
        return [`${rootOf(root)} ${path}`, blob];
      }),
    );
    const present = [...new Set(states.filter(([, state]) => state === 'present').map(([root]) => rootOf(root)))];
    const roots = present.map((root) => {
      // A skill within a skill is listed with both.
      const there = new Map(files.filter((file) => file.root === root).map((file) => [file.path, file]));
      return { root, ...skillFolders([...there.values()]) };
    });
    return {
      present,
      skills: roots.flatMap(({ root, skills }) => skills.map((skill) => deployed(root, skill, blobs))),
      links: roots.flatMap(({ root, stray }) =>
        stray.filter(({ sha256 }) => sha256 === undefined).map(({ path }) => ({ root, path })),
      ),
      plugins: all(records, 'plugin').map((line) => {
        const [target = '', name = ''] = words(line, /^(.+) ([^ /]+)$/);
        return { name, target };
      }),
    };
  },
});

function deployed(root: SkillRoot, { folder, files }: SkillFolder, blobs: ReadonlyMap<string, string>): DeployedSkill {
  return {
    root,
    folder,
    files: files.map(({ path, sha256 }) => {
      const blob = blobs.get(`${root} ${folder === '' ? path : `${folder}/${path}`}`);
      return { path, sha256, ...(blob !== undefined && { blob }) };
    }),
  };
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
