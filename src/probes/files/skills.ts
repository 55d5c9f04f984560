import { parse } from 'yaml';
import { type SkillFolder, skillFolders } from '../../judging/skill-tree.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { FilesPort } from '../../ports/files.ts';

export interface RepositorySkill extends SkillFolder {
  /** `name` of the front matter, or else the name of the folder, as the gateway does it. */
  readonly name: string;
}

export interface RepositorySkills {
  /** As configured, without a slash at the end. */
  readonly directory: string;
  readonly skills: readonly RepositorySkill[];
  /** Files below the folder that are in no skill. */
  readonly stray: readonly string[];
}

/** The skills beside the environment file: each folder with a SKILL.md, its name and the digests of its files. */
export const repositorySkills = filesProbe({
  id: 'files/skills',
  async gather(files, _facts, { environment }): Promise<RepositorySkills> {
    const directory = environment.skills.directory.replace(/^\.\//, '').replace(/\/+$/, '');
    const paths = await files.glob(`${directory}/**`);
    const digested = await Promise.all(
      paths.map(async (path) => {
        return { path: path.slice(directory.length + 1), sha256: await digest(files, path) };
      }),
    );
    const { skills, stray } = skillFolders(digested);
    const named = skills.map(async (skill): Promise<RepositorySkill> => {
      const text = await files.read([directory, skill.folder, 'SKILL.md'].filter(Boolean).join('/'));
      return { ...skill, name: frontMatterName(text ?? '') ?? skill.folder.split('/').at(-1) ?? directory };
    });
    return { directory, skills: await Promise.all(named), stray: stray.map(({ path }) => path) };
  },
});

async function digest(files: FilesPort, path: string): Promise<string> {
  const sha256 = await files.sha256(path);
  if (!sha256) throw new ProbeError('conflict', 'a file of the skills was gone when it was read');
  return sha256;
}

function frontMatterName(text: string): string | undefined {
  const [, block] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/.exec(text) ?? [];
  if (block === undefined) return undefined;
  let value: unknown;
  try {
    value = parse(block, { maxAliasCount: 10 });
  } catch {
    throw new ProbeError('bad_response', 'the front matter of a SKILL.md is not YAML', { next: 'Mend the SKILL.md.' });
  }
  const name = (value as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
