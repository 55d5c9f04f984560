import * as z from '../model/zod.ts';

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\//;
/** Addresses hold no password, which would stand in reports; an ssh address may name the user. */
const forms = [
  /^https:\/\/[A-Za-z0-9[][A-Za-z0-9.:_[\]-]*\/[\x21-\x7e]+$/,
  /^ssh:\/\/([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9[][A-Za-z0-9.:_[\]-]*\/[\x21-\x7e]+$/,
  /^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9._-]*:[A-Za-z0-9_~/.][\x21-\x7e]*$/,
  /^(\.{1,2})?\/[\x20-\x7e]+$/,
];

/** Where git fetches from: https or ssh, a path of this machine, or a server on the loopback. */
export const gitRemote = z.string().check(
  z.maxLength(1024),
  z.refine(
    (remote) => isLoopbackHttp(remote) || forms.some((form) => form.test(remote)),
    'https://host/path, ssh://user@host/path, user@host:path or a path that begins with / or ./, without a password',
  ),
);

/** Plain http is for servers of this machine alone. */
export function isLoopbackHttp(remote: string): boolean {
  return loopback.test(remote);
}

/** Whether another machine answers for the repository, and proves who it is. */
export function isProvenRemote(address: string): boolean {
  return !/^([./]|http:)/i.test(address);
}
