import { configuredVariables, importsLoginShell, waysRound } from '../../judging/config-environment.ts';
import { credentialForms } from '../../judging/credential-forms.ts';
import { gatewayProbe } from '../../model/probe.ts';
import type { ProbeError } from '../../model/reason.ts';
import { namedLikeCredential } from '../host/variables.ts';
import { gatewayConfig } from './config.ts';

/** What the configuration in force does to the environment and to the traffic of the gateway; no value of it. */
export interface ConfigEnvironment {
  /** Settings of variables that are named like a credential, or whose value has the form of one: `env.vars.NAME`. */
  readonly credentials: readonly string[];
  /** How many variables it sets. */
  readonly variables: number;
  /** Whether variables of the login shell are taken up as well. */
  readonly loginShell: boolean;
  /** Settings by which traffic leaves from another machine, such as `proxy.proxyUrl`. */
  readonly waysRound: readonly string[];
}

/** /proc does not show it: the gateway sets these variables itself, after its start. */
export const configEnvironment = gatewayProbe<ConfigEnvironment | ProbeError, { config: typeof gatewayConfig }>({
  id: 'gateway/config-environment',
  needs: { config: gatewayConfig },
  lost: (error) => error,
  async gather(_gateway, { config: { inForce } }) {
    const variables = configuredVariables(inForce);
    return {
      credentials: variables
        .filter(({ name, value }) => namedLikeCredential(name, value) || credentialForms(`${name}=${value}`).length > 0)
        .map(({ path }) => path),
      variables: variables.length,
      loginShell: importsLoginShell(inForce),
      waysRound: waysRound(inForce),
    };
  },
});
