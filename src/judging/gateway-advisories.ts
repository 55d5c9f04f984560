import { compareVersions } from './gateway-version.ts';

export interface Advisory {
  /** First version without it. */
  readonly fixedIn: string;
  readonly ids: readonly string[];
  readonly what: string;
}

/** When the table below was last compared with the published advisories. */
export const advisoriesAsOf = '2026-11-21';

/** After how many days the table is too old to say that nothing newer is known. */
export const advisoriesMaxAgeDays = 90;

/** Published vulnerabilities of the gateway, by the version that mends them. */
export const advisories: readonly Advisory[] = [
  {
    fixedIn: '2026.1.20',
    ids: ['CVE-2026-25593', 'GHSA-g55j-c2v4-pjcg'],
    what: 'commands through config.apply without login',
  },
  { fixedIn: '2026.1.29', ids: ['CVE-2026-25253'], what: 'the token leaks through gatewayUrl' },
  {
    fixedIn: '2026.2.2',
    ids: ['CVE-2026-28472', 'CVE-2026-28473', 'GHSA-mqpw-46fh-299h'],
    what: 'writers approve their own commands',
  },
  {
    fixedIn: '2026.2.14',
    ids: ['CVE-2026-28466', 'GHSA-943q-mwmv-hhvh', 'CVE-2026-28463'],
    what: 'approvals of nodes are bypassed',
  },
  { fixedIn: '2026.2.23', ids: ['GHSA-796m-2973-wc5q'], what: 'the allowlist is bypassed with env -S' },
  { fixedIn: '2026.2.26', ids: ['GHSA-hjvp-qhm6-wrh2'], what: 'an approval is used again' },
  {
    fixedIn: '2026.3.11',
    ids: ['GHSA-4jpw-hj22-2xmc', 'GHSA-5wcw-8jjv-m286'],
    what: 'a pairing token makes administrators',
  },
  { fixedIn: '2026.3.12', ids: ['GHSA-rqpp-rjj8-7wv8'], what: 'clients declare their own scopes' },
  { fixedIn: '2026.4.8', ids: ['GHSA-68x5-xx89-w9mm'], what: 'old credentials stay valid after a reload' },
  { fixedIn: '2026.4.21', ids: ['CVE-2026-44991'], what: 'the model writes configuration' },
  { fixedIn: '2026.4.22', ids: ['GHSA-93rg-2xm5-2p9v', 'CVE-2026-44997'], what: 'the model writes configuration' },
  { fixedIn: '2026.4.23', ids: ['GHSA-cwj3-vqpp-pmxr'], what: 'the model writes configuration' },
  {
    fixedIn: '2026.5.18',
    ids: ['GHSA-2j8v-hwgc-x698', 'GHSA-xww8-gqvh-92x9'],
    what: 'another command runs than was approved',
  },
  { fixedIn: '2026.5.22', ids: ['CVE-2026-53817'], what: 'a device token of an administrator by spoofed locality' },
  { fixedIn: '2026.5.26', ids: ['CVE-2026-53864'], what: 'the environment sanitizer lets values through' },
  { fixedIn: '2026.5.27', ids: ['CVE-2026-53819', 'CVE-2026-53838'], what: 'the workspace picks the executable' },
  {
    fixedIn: '2026.6.5',
    ids: ['GHSA-9c3v-684m-579c'],
    what: 'authorization leaks through a redirect of an MCP server',
  },
];

/** The advisories that a version is open to. */
export function advisoriesFor(version: string): readonly Advisory[] {
  return advisories.filter(({ fixedIn }) => (compareVersions(version, fixedIn) ?? -1) < 0);
}
