import { type Finding, ok, problem } from './finding.ts';

/**
 * Whether Node is as new as the package asks.
 * @param node such as `20.19.0`
 * @param range `engines.node` of the package, such as `>=20.19.0`
 */
export function nodeFinding(node: string, range: string): Finding {
  const least = range.replace('>=', '');
  return node.localeCompare(least, 'en', { numeric: true }) >= 0
    ? ok('node', `version ${node}`)
    : problem('node', `version ${node} is older than ${least}`, `Install Node ${least} or later.`);
}
