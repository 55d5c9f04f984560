import { homedir } from 'node:os';
import { join } from 'node:path';

try {
  homedir();
} catch {
  // A container may run as a user that no file knows. Whoever asks for a home later finds nothing in this one.
  process.env['HOME'] = '/nonexistent';
}

/**
 * Where compiled code is kept. The folder is the user's own: in a shared one, as is Node's default, another user could
 * put code in the place of ours. One that cannot be written is no failure.
 */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'clawcheck');
