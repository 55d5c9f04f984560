import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import { type AnswerAws, type AwsServer, startAwsServer } from '../../src/demo/aws-server.ts';
import { type AwsCaller, awsCaller } from './aws-clients.ts';

/** A server and clients for it, until the test is over. */
export async function serve(answer: AnswerAws): Promise<{ server: AwsServer; aws: AwsCaller }> {
  const server = await startAwsServer(answer);
  const aws = awsCaller(server.url);
  onTestFinished(async () => {
    aws.close();
    await server.close();
  });
  return { server, aws };
}

interface Reply {
  readonly status: number;
  /** The error code as REST services tell it. */
  readonly code: string | string[] | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Sends bytes as they are, for requests that no client of the SDK makes. */
export function send(url: string, headers: Record<string, string>, body = '', method = 'POST'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const body = Buffer.concat(chunks).toString();
        resolve({ status, code: headers['x-amzn-errortype'], contentType: headers['content-type'], body });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** An authorization header that names a service. Nobody verifies the signature. */
export const signedFor = (scope: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-central-1/${scope}/aws4_request, Signature=0`;
export const form = 'application/x-www-form-urlencoded';
