// What the lab's host can see beyond its link: one approved endpoint, unapproved ones that really answer, and the
// instance metadata service. usage: node internet.mjs DIR SLOT (inside the router's network namespace)
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';

const [, , directory, slot] = process.argv;
const first = Number(slot) * 4 + 1;
const tls = { key: readFileSync(`${directory}/tls-key.pem`), cert: readFileSync(`${directory}/tls-cert.pem`) };

const ok = (name) => (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.end(`${name}\n`);
};

/** Tokens of the metadata service and the time each one ends, in milliseconds since the epoch. */
const tokens = new Map();
const longestTtl = 21_600;

/** IMDS as EC2 answers: 403 when off, 401 without a valid token where one is required, 400 for a token without a TTL. */
function metadata(request, response) {
  // Read anew for every request: the mode changes while the lab runs.
  const settings = JSON.parse(readFileSync(`${directory}/imds.json`, 'utf8'));
  const send = (status, body = '', headers = {}) => {
    response.writeHead(status, { Server: 'EC2ws', 'Content-Type': 'text/plain', ...headers });
    response.end(body);
  };
  if (settings.mode === 'disabled') return send(403);
  const path = new URL(request.url, 'http://imds').pathname;
  if (path === '/latest/api/token') {
    if (request.method !== 'PUT') return send(405, '', { Allow: 'OPTIONS, PUT' });
    if (request.headers['x-forwarded-for'] !== undefined) return send(403);
    const ttl = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > longestTtl) return send(400);
    const token = randomBytes(40).toString('base64');
    tokens.set(token, Date.now() + ttl * 1000);
    return send(200, token, { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': String(ttl) });
  }
  if (request.method !== 'GET') return send(405, '', { Allow: 'GET' });
  const token = request.headers['x-aws-ec2-metadata-token'];
  const valid = token !== undefined && (tokens.get(token) ?? 0) > Date.now();
  if (token !== undefined ? !valid : settings.mode !== 'optional') return send(401);
  const values = {
    '/latest/dynamic/instance-identity/document': JSON.stringify(settings.document, undefined, 2),
    '/latest/meta-data/instance-id': settings.document.instanceId,
    '/latest/meta-data/local-ipv4': settings.document.privateIp,
    '/latest/meta-data/placement/region': settings.document.region,
  };
  return path in values ? send(200, values[path]) : send(404);
}

const listeners = [
  [createTlsServer(tls, ok('approved')), 443, `198.51.100.${first}`],
  [createTlsServer(tls, ok('approved')), 443, `2001:db8:${slot}::1`],
  [createTlsServer(tls, ok('unapproved')), 443, `203.0.113.${first}`],
  [createServer(ok('unapproved')), 80, `203.0.113.${first}`],
  [createTcpServer((socket) => socket.end('unapproved\n')), 22, `203.0.113.${first}`],
  [createTlsServer(tls, ok('unapproved')), 443, `2001:db8:${slot}::a`],
  [createServer(metadata), 80, '169.254.169.254'],
  [createServer(metadata), 80, 'fd00:ec2::254'],
];

await Promise.all(
  listeners.map(
    ([server, port, address]) =>
      new Promise((resolve, reject) => {
        server.once('listening', resolve);
        server.once('error', reject);
        server.listen(port, address);
      }),
  ),
);
for (const [server] of listeners) {
  // A peer that goes away in the middle is not an event here.
  server.on('connection', (socket) => socket.on('error', () => {}));
}
writeFileSync(`${directory}/state/internet-up`, '');
