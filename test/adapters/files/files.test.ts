import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localFiles } from '../../../src/adapters/files/files.ts';

let base: string;
let root: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'clawcheck-files-'));
  root = join(base, 'repository');
  mkdirSync(join(root, 'skills/a/.hidden'), { recursive: true });
  mkdirSync(join(root, 'skills/node_modules/x'), { recursive: true });
  mkdirSync(join(base, 'repository-too'));
  writeFileSync(join(base, 'outside.txt'), 'outside');
  writeFileSync(join(base, 'repository-too/near.txt'), 'near');
  writeFileSync(join(root, 'skills/a/SKILL.md'), 'skill');
  writeFileSync(join(root, 'skills/a/.hidden/x.sh'), 'x');
  writeFileSync(join(root, 'skills/node_modules/x/SKILL.md'), 'x');
  writeFileSync(join(root, 'bytes.bin'), Buffer.from([0, 0xff, 0xfe, 10]));
  writeFileSync(join(root, 'large.json'), '');
  truncateSync(join(root, 'large.json'), 32 * 1024 * 1024 + 1);
  symlinkSync(join(base, 'outside.txt'), join(root, 'link.txt'));
  symlinkSync(base, join(root, 'linked-folder'));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('localFiles', () => {
  it('reads text, and says undefined for what does not exist', async () => {
    const files = localFiles(root);
    expect(await files.read('skills/a/SKILL.md')).toBe('skill');
    expect(await files.read('./skills/a/../a/SKILL.md')).toBe('skill');
    expect(await files.read('skills/a/NO.md')).toBeUndefined();
    expect(await files.read('skills/a/SKILL.md/below')).toBeUndefined();
  });

  it('hashes bytes, not text', async () => {
    const digest = createHash('sha256')
      .update(Buffer.from([0, 0xff, 0xfe, 10]))
      .digest('hex');
    expect(await localFiles(root).sha256('bytes.bin')).toBe(digest);
    expect(await localFiles(root).sha256('no.bin')).toBeUndefined();
  });

  it.each(['../outside.txt', '../repository-too/near.txt', 'skills/../../outside.txt', '/etc/hostname'])(
    'refuses %s, which leads out',
    async (path) => {
      await expect(localFiles(root).read(path)).rejects.toMatchObject({ reason: 'access_denied' });
      await expect(localFiles(root).sha256(path)).rejects.toMatchObject({ reason: 'access_denied' });
      await expect(localFiles(root).glob(path)).rejects.toMatchObject({ reason: 'access_denied' });
    },
  );

  it('follows no link, neither to a file nor to a folder', async () => {
    const files = localFiles(root);
    await expect(files.read('link.txt')).rejects.toMatchObject({ reason: 'access_denied' });
    await expect(files.sha256('link.txt')).rejects.toMatchObject({ reason: 'access_denied' });
    await expect(files.read('linked-folder/outside.txt')).rejects.toMatchObject({ reason: 'access_denied' });
    await expect(files.glob('linked-folder/*')).rejects.toMatchObject({ reason: 'access_denied' });
    expect(await files.glob('**/*.txt')).toEqual([]);
  });

  it('reads from a root that is reached through a link itself', async () => {
    expect(await localFiles(join(root, 'linked-folder/repository')).read('skills/a/SKILL.md')).toBe('skill');
  });

  it('refuses what is no regular file, without waiting for it', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(localFiles(root).read('pipe')).rejects.toMatchObject({ reason: 'access_denied' });
    await expect(localFiles(root).read('skills')).rejects.toMatchObject({ reason: 'access_denied' });
    expect(await localFiles(root).glob('pip*')).toEqual([]);
  });

  it('reads no file that is larger than 32 MiB', async () => {
    await expect(localFiles(root).read('large.json')).rejects.toMatchObject({ reason: 'truncated' });
    await expect(localFiles(root).sha256('large.json')).rejects.toMatchObject({ reason: 'truncated' });
  });

  it('finds by pattern, sorted, hidden files too, and nothing in node_modules', async () => {
    expect(await localFiles(root).glob('skills/**')).toEqual(['skills/a/.hidden/x.sh', 'skills/a/SKILL.md']);
    expect(await localFiles(root).glob('skills/a/SKILL.md')).toEqual(['skills/a/SKILL.md']);
    expect(await localFiles(root).glob('./skills/*/SKILL.md')).toEqual(['skills/a/SKILL.md']);
    expect(await localFiles(root).glob('no-such/**')).toEqual([]);
  });
});
