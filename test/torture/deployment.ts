import { startDeployment } from '../../src/demo/deployment.ts';
import { type LoadedEnvironment, loadEnvironment } from '../../src/environment/load.ts';
import { fixtures } from '../support/rig.ts';

/** Starts the good deployment, with its variables in the environment of this process, and ends it after the work. */
export async function onDeployment<T>(work: (loaded: LoadedEnvironment) => Promise<T>): Promise<T> {
  const deployment = await startDeployment(fixtures, []);
  const before = Object.keys(deployment.variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, deployment.variables);
  try {
    return await work(loadEnvironment(deployment.config, 'prod'));
  } finally {
    await deployment.close();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
