import { cpSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const areas = readdirSync(new URL('../checks', import.meta.url)).filter((name) => name.endsWith('.md'));
const titled = (name: string) =>
  name
    .replace('.md', '')
    .replaceAll('-', ' ')
    .replace(/^./, (first) => first.toUpperCase());

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Files of the repository that a page links to and that are no page: the site gets a copy of each. */
const linked = new Map<string, string>();

/** Where the site has the file that a page links to, or undefined where that is a page, or nothing. */
function copyOf(link: string, page: string): string | undefined {
  if (/^([a-z]+:|[#/])/.test(link)) return undefined;
  const file = [link, `${link}.md`].map((name) => resolve(dirname(page), name)).find(existsSync);
  const path = file === undefined ? '..' : relative(root, file);
  if (path.startsWith('..') || (path.startsWith('docs/') && path.endsWith('.md') && !path.includes('/terraform/')))
    return undefined;
  const name = `files/${path.endsWith('.md') ? `${path}.txt` : path}`;
  linked.set(name, join(root, path));
  return `/${name}`;
}

// The site has no script, font or style from elsewhere, and its search works without a server.
export default defineConfig({
  title: 'clawcheck',
  description: 'Is an OpenClaw deployment on AWS ready to go live?',
  cleanUrls: true,
  lastUpdated: false,
  srcExclude: ['node_modules/**', 'terraform/**'],
  ignoreDeadLinks: [/^\/files\//],
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  buildEnd({ outDir }) {
    for (const [name, file] of linked) cpSync(file, join(outDir, name), { recursive: true });
  },
  markdown: {
    // Braces in code are text here, not expressions.
    config(md) {
      md.renderer.rules.code_inline = (tokens, i) =>
        `<code v-pre>${md.utils.escapeHtml(tokens[i]?.content ?? '')}</code>`;
      const open = md.renderer.rules.link_open;
      md.renderer.rules.link_open = (tokens, i, options, env, self) => {
        const token = tokens[i];
        const copy = copyOf(String(token?.attrGet('href')), env.realPath ?? env.path);
        if (copy) {
          token?.attrSet('href', copy);
          // Fetched as it is: the site's own router would look for a page.
          token?.attrSet('target', '_self');
        }
        return open?.(tokens, i, options, env, self) ?? self.renderToken(tokens, i, options);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Checks', link: '/checks' },
      { text: 'Questions', link: '/faq' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Ten minutes', link: '/tutorial' },
          { text: 'A deployment that passes', link: '/deployment' },
          { text: 'In a pipeline', link: '/ci' },
          { text: 'Fleets', link: '/fleets' },
          { text: 'The sign-off', link: '/sign-off' },
          { text: 'Approval gates', link: '/gates' },
          { text: 'Drills', link: '/drills' },
          { text: 'Questions', link: '/faq' },
        ],
      },
      {
        text: 'Checks',
        items: [
          { text: 'All checks', link: '/checks' },
          ...areas.map((file) => {
            const area = file.replace('.md', '');
            const items = readdirSync(new URL(`../checks/${area}`, import.meta.url)).map((name) => ({
              text: titled(name),
              link: `/checks/${area}/${name.replace('.md', '')}`,
            }));
            return { text: titled(file), link: `/checks/${area}`, collapsed: true, items };
          }),
          { text: 'Skills and evals', link: '/skills' },
          { text: 'Checks of your own', link: '/extending' },
        ],
      },
      {
        text: 'Why to trust it',
        items: [
          { text: 'Threat model', link: '/design/threat-model' },
          { text: 'What was tried', link: '/trust' },
          { text: 'What is tested', link: '/testing' },
          { text: 'Mutation testing', link: '/mutation' },
          { text: 'Tested on AWS', link: '/testing-aws' },
          { text: 'Tested on hosts', link: '/testing-host' },
          { text: 'Ways to pass wrongly', link: '/traps' },
          { text: 'Clauses of the checks over AWS', link: '/clauses' },
          { text: 'Performance', link: '/performance' },
          { text: 'Dependencies', link: '/dependencies' },
          { text: 'Beside other tools', link: '/comparison' },
          { text: 'Other clouds', link: '/design/providers' },
        ],
      },
    ],
  },
});
