import { requirePackage } from '../../loading/kept-code.ts';

/** The package, which is not in the bundle. */
export const ssh2 = requirePackage('ssh2', import.meta.url) as typeof import('ssh2');
