import * as z from '../model/zod.ts';

// The forms of single values, shared by the sections of the environment file.

export const text = z.string().check(z.minLength(1), z.maxLength(2048));
export const name = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._/+=@-]{0,255}$/, 'letters, digits and ._/+=@- only'));
export const path = z.string().check(
  z.regex(/^\/[^\0\n]*$/, 'an absolute path'),
  z.maxLength(1024),
  // As the kernel names it in the mount table: the same directory must not look like another one.
  z.overwrite((text) => text.replaceAll(/\/(?:\.?\/)+/g, '/').replace(/(.)\/\.?$/, '$1')),
);
export const envName = z
  .string()
  .check(z.regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, such as GITHUB_TOKEN'));
export const days = z.int().check(z.minimum(1), z.maximum(3650));
export const seconds = z.number().check(z.minimum(1), z.maximum(86_400));
export const port = z.int().check(z.minimum(1), z.maximum(65_535));
export const cidr = z.union([z.cidrv4(), z.cidrv6()]);
export const host = z.string().check(z.regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,252}$/, 'a host name or an address'));
export const date = z.iso.date();
export const checkId = z
  .string()
  .check(z.regex(/^[a-z-]+\/[a-z0-9-]+$/, 'the id of a check, such as network/no-public-ingress'));
