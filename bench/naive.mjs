// The reads of a run as a script would make them: whole client packages, one call after the other.
import { readFileSync } from 'node:fs';

const [list, endpoint] = process.argv.slice(2);
const packages = {
  autoscaling: 'auto-scaling',
  elbv2: 'elastic-load-balancing-v2',
  logs: 'cloudwatch-logs',
  secretsmanager: 'secrets-manager',
};
const clients = new Map();
for (const { operation, input } of JSON.parse(readFileSync(list, 'utf8'))) {
  const [service, name] = operation.split(':');
  const module = await import(`@aws-sdk/client-${packages[service] ?? service}`);
  if (!clients.has(service)) {
    const Client = module[Object.keys(module).find((key) => /^[A-Z]\w*Client$/.test(key))];
    clients.set(service, new Client({ endpoint }));
  }
  // A thing that does not exist is an answer, too.
  await clients
    .get(service)
    .send(new module[`${name}Command`](input))
    .catch(() => {});
}
