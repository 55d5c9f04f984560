// The part of the AWS CLI that the pages use, where the AWS CLI itself is not installed: one command of the SDK.
const [service, operation, ...rest] = process.argv.slice(2);
const packages = { logs: 'cloudwatch-logs', autoscaling: 'auto-scaling' };
const name = (kebab) => kebab.replaceAll(/(^|-)([a-z])/g, (_, _dash, letter) => letter.toUpperCase());
const camel = { logs: (text) => text[0].toLowerCase() + text.slice(1) }[service] ?? ((text) => text);
const input = {};
for (const [, key = '', text = ''] of rest.join('\0').matchAll(/--([^\0]+)\0((?:(?!--)[^\0]+\0?)*)/g)) {
  const values = text.split('\0').filter((value) => value !== '');
  const [first = ''] = values;
  const one = /^\d+$/.test(first) ? Number(first) : first;
  input[camel(name(key))] = key === 'scaling-processes' ? values : one;
}
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const sdk = await import(`@aws-sdk/client-${packages[service] ?? service}`);
const Client = Object.entries(sdk).find(([key]) => /^[A-Z]\w*Client$/.test(key))[1];
const client = new Client({ region: process.env.AWS_REGION, endpoint: process.env.AWS_ENDPOINT_URL });
await client.send(new sdk[`${name(operation)}Command`](input));
