import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../support/cli.ts';

/** What one command did. */
export interface Done {
  readonly code: number;
  readonly output: string;
}

/** A shell as a reader of a page has it: an empty folder, `clawcheck` and `aws` on the path, an SSH key at home. */
export class Shell {
  readonly home = mkdtempSync(join(tmpdir(), 'clawcheck-docs-'));
  readonly folder = join(this.home, 'work');
  readonly #bash: ChildProcess;
  readonly #servers: ChildProcess[] = [];
  readonly #env: NodeJS.ProcessEnv;
  #text = '';

  /** @param simulated what `run --sign` and `verify` get besides, where nothing is live */
  constructor(simulated = '') {
    const bin = join(this.home, 'bin');
    mkdirSync(bin);
    mkdirSync(this.folder);
    mkdirSync(join(this.home, '.ssh'), { mode: 0o700 });
    const key = join(this.home, '.ssh/id_ed25519');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ops@example.com', '-f', key]);
    const more = `case "$1 $*" in verify*|*--sign*) set -- "$@" ${simulated};; esac`;
    const script = (name: string, text: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    script('clawcheck', `${simulated === '' ? '' : more}\nexec '${process.execPath}' '${root}dist/clawcheck.js' "$@"`);
    script('aws', `exec '${process.execPath}' '${root}test/docs/aws.mjs' "$@"`);
    this.#env = {
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: this.home,
      LANG: 'C.UTF-8',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    this.#bash = spawn('bash', ['--noprofile', '--norc'], { cwd: this.folder, env: this.#env });
    for (const stream of [this.#bash.stdout, this.#bash.stderr]) stream?.on('data', (part) => (this.#text += part));
  }

  /** Runs a command in the one shell, so that variables, folders and `$?` stay. */
  async run(command: string): Promise<Done> {
    const mark = randomBytes(12).toString('hex');
    this.#text = '';
    this.#bash.stdin?.write(`${command}\nkept=$?; printf '\\n%s %s\\n' ${mark} "$kept"; (exit "$kept")\n`);
    const end = new RegExp(`\\n?${mark} (\\d+)\\n`);
    for (;;) {
      const found = end.exec(this.#text);
      // Only what a command printed before its end: the second stream may be late by a moment.
      if (found) return { code: Number(found[1]), output: this.#text.replace(end, '') };
      if (this.#bash.exitCode !== null) throw new Error(`the shell ended: ${this.#text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Starts what keeps running, as in a terminal of its own, and waits until the file is there. */
  async serve(command: string, file: string): Promise<Done> {
    const child = spawn('bash', ['-c', `exec ${command}`], { cwd: this.folder, env: this.#env });
    this.#servers.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
    while (!existsSync(join(this.folder, file)) || output === '') {
      if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { code: 0, output };
  }

  async close(): Promise<void> {
    const ended = [this.#bash, ...this.#servers].map((child) => {
      return new Promise((resolve) => child.exitCode === null && child.on('close', resolve).kill());
    });
    await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 3000))]);
    rmSync(this.home, { recursive: true, force: true });
  }
}
