/** A file and the digest of its bytes; `sha256` is undefined for what is no regular file, such as a link. */
export interface DigestedFile {
  /** Relative to the folder of the skills. */
  readonly path: string;
  readonly sha256: string | undefined;
}

/** A folder with a SKILL.md, and every file below it that is not of another skill inside. */
export interface SkillFolder {
  /** Relative to the folder of the skills. */
  readonly folder: string;
  /** Paths relative to `folder`, sorted. */
  readonly files: readonly DigestedFile[];
}

const marker = /(^|\/)SKILL\.md$/;

/** Groups files by the skill that they are of. `stray` are the files that are in no skill. */
export function skillFolders(files: readonly DigestedFile[]): {
  readonly skills: readonly SkillFolder[];
  readonly stray: readonly DigestedFile[];
} {
  const folders = files.filter(({ path }) => marker.test(path)).map(({ path }) => path.replace(marker, ''));
  const found = new Map<string, DigestedFile[]>(folders.sort().map((folder) => [folder, []]));
  const stray: DigestedFile[] = [];
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const owner = [...found.keys()].filter((folder) => isIn(file.path, folder)).sort((a, b) => b.length - a.length)[0];
    if (owner === undefined) stray.push(file);
    else found.get(owner)?.push({ ...file, path: owner === '' ? file.path : file.path.slice(owner.length + 1) });
  }
  return { skills: [...found].map(([folder, files]) => ({ folder, files })), stray };
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}
