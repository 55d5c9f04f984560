import { credentialForms } from '../../judging/credential-forms.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { instances } from './instances.ts';
import { launchVersions } from './launch-versions.ts';

/** A text that AWS hands to a machine or function, looked through for credentials. The text itself is not kept. */
export interface HandedOver {
  readonly place: string;
  readonly characters: number;
  /** The forms that were found, such as `AWS access key id`. */
  readonly found: readonly string[];
}

/** User data and tags of every instance of the group, and user data of every launch template version in use. */
export const userData = awsProbe({
  id: 'aws/user-data',
  needs: { instances, launchVersions },
  async gather(aws, { instances, launchVersions }): Promise<readonly HandedOver[]> {
    // Most instances have the same.
    const seen = new Map<string, Promise<Omit<HandedOver, 'place'>>>();
    const lookThrough = async (place: string, encoded = ''): Promise<HandedOver> => {
      const looked = seen.get(encoded) ?? unpackUserData(encoded).then(formsIn);
      seen.set(encoded, looked);
      return { place, ...(await looked) };
    };
    const tags = instances.flatMap(({ InstanceId, Tags = [] }) => {
      const text = Tags.map(({ Key, Value }) => `${Key}=${Value}`).join('\n');
      return text === '' ? [] : [{ place: `tags of ${InstanceId}`, ...formsIn([text]) }];
    });
    const running = instances.map(async ({ InstanceId }) => {
      const answer = await aws.read('ec2:DescribeInstanceAttribute', { InstanceId, Attribute: 'userData' });
      if (answer.InstanceId !== InstanceId) throw new ProbeError('bad_response', 'EC2 described another instance');
      return lookThrough(`user data of ${InstanceId}`, answer.UserData?.Value);
    });
    const templates = launchVersions.map(({ subject, data }) => lookThrough(`user data of ${subject}`, data.UserData));
    return [...(await Promise.all([...running, ...templates])), ...tags];
  },
});

/** The environment of the Lambda function that carries alerts; empty where none is configured. */
export const functionVariables = awsProbe({
  id: 'aws/function-variables',
  async gather(aws, _facts, { environment }): Promise<readonly HandedOver[]> {
    const { alertFunction } = environment.monitoring;
    if (!alertFunction) return [];
    const { Environment } = await aws.read('lambda:GetFunctionConfiguration', { FunctionName: alertFunction });
    if (Environment?.Error) {
      throw new ProbeError(
        'access_denied',
        'the environment of the alert function is encrypted with a key of its own',
        {
          next: 'Allow kms:Decrypt on that key to the credentials of this run.',
          action: 'kms:Decrypt',
        },
      );
    }
    return Object.entries(Environment?.Variables ?? {}).map(([name, value]) => ({
      place: `variable ${name} of ${alertFunction}`,
      characters: value.length,
      found: credentialForms(`${name}=${value}`),
    }));
  },
});

function formsIn(texts: readonly string[]): Omit<HandedOver, 'place'> {
  return { characters: texts[0]?.length ?? 0, found: [...new Set(texts.flatMap(credentialForms))] };
}

/** The text of user data in base64, and the texts that are packed into it. */
export function unpackUserData(encoded: string): Promise<string[]> {
  return unpack(Buffer.from(encoded, 'base64'));
}

/** cloud-init takes plain, compressed and multipart user data; parts may again be compressed or in base64. */
async function unpack(bytes: Buffer, depth = 0): Promise<string[]> {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? await inflate(bytes) : bytes;
  const text = plain.toString('latin1');
  if (depth >= 2) return [text];
  const inner = await Promise.all([...text.matchAll(base64Lines)].map(([run]) => unpackRun(run, depth + 1)));
  return [text, ...inner.flat()];
}

/** Lines of base64, and the shorter line that may end them. */
const base64Lines =
  /(?:[A-Za-z0-9+/]{40,}={0,2}\r?\n[ \t]*)*[A-Za-z0-9+/]{40,}={0,2}(?:\r?\n[ \t]*[A-Za-z0-9+/]+={0,2}(?=\s|$))?/g;

async function unpackRun(run: string, depth: number): Promise<string[]> {
  const bytes = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'base64');
  // The line after the last may be a word of something else, which a compressed part does not bear.
  const last = run.lastIndexOf('\n');
  return unpack(bytes(run), depth).catch(() => unpack(bytes(last > 0 ? run.slice(0, last) : run), depth));
}

/** User data is at most 16 KB; what grows beyond this is not for a machine to start with. */
const mostBytes = 4_000_000;

async function inflate(bytes: Buffer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > mostBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new ProbeError('bad_response', 'user data looks compressed and cannot be unpacked');
  }
  if (size > mostBytes) throw new ProbeError('truncated', 'user data is too large to look through');
  return Buffer.concat(chunks);
}
