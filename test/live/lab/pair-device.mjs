// A device that pairs with the real gateway, as a program on its own host does: nobody is asked there. Prints its id.
// usage: node pair-device.mjs PORT TOKEN SCOPE... (a Node with WebSocket)
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const [, , port, token, ...scopes] = process.argv;
const role = 'operator';
const client = { id: 'openclaw-tui', version: '1.0.0', platform: 'linux', mode: 'ui' };
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url');
const id = createHash('sha256').update(raw).digest('hex');
const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
socket.onerror = () => process.exit(1);
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.event === 'connect.challenge') {
    const { nonce, ts: signedAt } = frame.payload;
    const text = ['v2', id, client.id, client.mode, role, scopes.join(','), String(signedAt), token, nonce].join('|');
    const signature = sign(null, Buffer.from(text), privateKey).toString('base64url');
    const device = { id, publicKey: raw.toString('base64url'), signature, signedAt, nonce };
    const params = { minProtocol: 4, maxProtocol: 4, client, role, scopes, auth: { token }, device };
    socket.send(JSON.stringify({ type: 'req', id: '1', method: 'connect', params }));
  } else if (frame.id === '1') {
    console.log(frame.ok ? id : JSON.stringify(frame.error));
    process.exit(frame.ok ? 0 : 1);
  }
};
