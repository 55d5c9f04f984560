import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** What a client says about itself in `connect`, as far as a device signs it. */
export interface Signed {
  readonly clientId: string;
  readonly clientMode: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly token: string;
  readonly nonce: string;
  /** The gateway's own time, from its challenge: a signature is good for a short while by its clock. */
  readonly signedAt: number;
}

/**
 * A device that exists for one connection. Gateways of protocol 3 grant no scope to a client without one; for a client
 * of the kind `backend` on the loopback with the right token they make no record of it.
 */
export function passingDevice({ clientId, clientMode, role, scopes, token, nonce, signedAt }: Signed) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const id = createHash('sha256').update(raw).digest('hex');
  const text = ['v2', id, clientId, clientMode, role, scopes.join(','), String(signedAt), token, nonce].join('|');
  const signature = sign(null, Buffer.from(text), privateKey).toString('base64url');
  return { id, publicKey: raw.toString('base64url'), signature, signedAt, nonce };
}
