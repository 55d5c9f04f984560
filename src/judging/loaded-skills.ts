/** A skill as the gateway names it. */
export interface NamedSkill {
  readonly name: string;
  readonly source: string;
  readonly directory: string | undefined;
}

export interface KnownPlaces {
  /** The folders of the deployment, where nothing is that comes with the gateway unless it is installed there. */
  readonly own: readonly string[];
  /** The folder of each skill that was found in the workspace. */
  readonly found: readonly string[];
  /** What stands in the folder of the skills of plugins, by name. */
  readonly plugins: ReadonlyMap<string, string>;
}

const shipped = ['openclaw-bundled', 'openclaw-custodian'];
/** From folders that the host lists file by file. */
const listed = [
  'openclaw-workspace',
  'agents-skills-project',
  'agents-skills-personal',
  'openclaw-managed',
  'openclaw-workshop',
];

/**
 * Where a skill comes from that the gateway loads: `known` where its files are compared or come with the gateway,
 * `elsewhere` where nobody has compared them, `untold` where the gateway does not say.
 */
export function originOf(skill: NamedSkill, all: readonly NamedSkill[], places: KnownPlaces): Origin {
  const { source, directory } = skill;
  if (listed.includes(source)) return 'known';
  if (shipped.includes(source)) {
    const isOwn = directory !== undefined && places.own.some((folder) => isBelow(directory, folder));
    return isOwn && !/\/node_modules\/openclaw\/(custodian-)?skills\//.test(directory) ? 'elsewhere' : 'known';
  }
  // Those of `skills.load.extraDirs` and of plugins.
  if (source !== 'openclaw-extra' || directory === undefined) return 'untold';
  if (places.found.includes(directory)) return 'known';
  const [, name] = /\/plugin-skills\/([^/]+)$/.exec(directory) ?? [];
  if (name === undefined) return 'elsewhere';
  const target = places.plugins.get(name);
  // The gateway links to it when it is first asked.
  if (target === undefined) return 'untold';
  const packages = all.flatMap((one) => (shipped.includes(one.source) ? packageOf(one.directory) : []));
  return packages.some((folder) => isBelow(target, folder)) ? 'known' : 'elsewhere';
}

export type Origin = 'known' | 'elsewhere' | 'untold';

/** The folder of the gateway itself, from that of a skill that it ships: `<package>/skills/<name>`. */
function packageOf(directory: string | undefined): string[] {
  const [, folder] = /^(\/.+)\/(?:skills|custodian-skills)\/[^/]+$/.exec(directory ?? '') ?? [];
  return folder === undefined ? [] : [folder];
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) && !path.split('/').includes('..');
}
