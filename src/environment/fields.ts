import * as z from 'zod';

// The forms of single values, shared by the sections of the environment file.

export const text = z.string().min(1).max(2048);
export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/+=@-]{0,255}$/, 'letters, digits and ._/+=@- only');
export const path = z
  .string()
  .regex(/^\/[^\0\n]*$/, 'an absolute path')
  .max(1024)
  // As the kernel names it in the mount table: the same directory must not look like another one.
  .overwrite((text) => text.replaceAll(/\/(?:\.?\/)+/g, '/').replace(/(.)\/\.?$/, '$1'));
export const envName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, such as GITHUB_TOKEN');
export const days = z.number().int().min(1).max(3650);
export const seconds = z.number().min(1).max(86_400);
export const port = z.number().int().min(1).max(65_535);
export const cidr = z.union([z.cidrv4(), z.cidrv6()]);
export const host = z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,252}$/, 'a host name or an address');
export const date = z.iso.date();
export const checkId = z
  .string()
  .regex(/^[a-z-]+\/[a-z0-9-]+$/, 'the id of a check, such as network/no-public-ingress');
