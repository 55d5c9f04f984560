import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UsageError } from '../../model/reason.ts';
import * as z from '../../model/zod.ts';
import { JsonError, parseStrictJson } from '../../report/strict-json.ts';

const payloadType = 'application/vnd.in-toto+json';

const envelope = z.lazy(() =>
  z.strictObject({
    payloadType: z.literal(payloadType),
    payload: z.string(),
    signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })).check(z.minLength(1)),
  }),
);

/** @throws UsageError for anything but an Ed25519 private key in PEM */
export function readDsseKey(path: string): KeyObject {
  return ed25519(path, 'private', (pem) => createPrivateKey(pem));
}

/** @throws UsageError for anything but an Ed25519 public key in PEM */
export function readDssePublicKey(path: string): KeyObject {
  return ed25519(path, 'public', (pem) => createPublicKey(pem));
}

function ed25519(path: string, kind: 'private' | 'public', read: (pem: string) => KeyObject): KeyObject {
  const next = `openssl genpkey -algorithm ed25519 makes one${kind === 'public' ? '; openssl pkey -pubout gives its public half' : ''}.`;
  let key: KeyObject;
  try {
    key = read(readFileSync(path, 'utf8'));
  } catch {
    throw new UsageError(`${path} is not a ${kind} key in PEM that can be read`, next);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new UsageError(`${path} is not an Ed25519 key`, next);
  return key;
}

/** A DSSE envelope around a statement, signed with one key. */
export function seal(statement: object, key: KeyObject): string {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign(null, preAuthentication(payload), key).toString('base64');
  const signatures = [{ keyid: keyIdOf(createPublicKey(key)), sig }];
  return `${JSON.stringify({ payloadType, payload: payload.toString('base64'), signatures }, null, 2)}\n`;
}

/** The payload of an envelope that this key signed, or why it is none. Base64 is taken strictly. */
export function unseal(text: string, key: KeyObject): { readonly payload: Buffer } | { readonly problem: string } {
  let parsed: ReturnType<typeof envelope.safeParse>;
  try {
    parsed = envelope.safeParse(parseStrictJson(text));
  } catch (error) {
    if (error instanceof JsonError) return { problem: error.message };
    throw error;
  }
  if (!parsed.success) return { problem: 'it is not a DSSE envelope of an in-toto statement' };
  const payload = strictBase64(parsed.data.payload);
  if (!payload) return { problem: 'its payload is not in strict base64' };
  const signed = parsed.data.signatures.some(({ sig }) => {
    const bytes = strictBase64(sig);
    return bytes !== undefined && verify(null, preAuthentication(payload), key, bytes);
  });
  return signed ? { payload } : { problem: 'this key did not sign it' };
}

/** DSSE's PAE: what is signed says its own type and lengths. */
function preAuthentication(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
}

function keyIdOf(key: KeyObject): string {
  return `SHA256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
}

/** Node's decoder skips what is not base64; another text must not stand for the same bytes. */
function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
