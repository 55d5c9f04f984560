import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model provider on the loopback that answers every chat with OK, or refuses every one. */
export interface Model {
  readonly url: string;
  refuses: boolean;
  /** What was sent to it. */
  readonly prompts: string[];
  close(): void;
}

export async function startModel(): Promise<Model> {
  const prompts: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      prompts.push(body);
      if (model.refuses) {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: 'no', type: 'authentication_error' } }));
        return;
      }
      const base = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm1' };
      const send = (chunk: object) => response.write(`data: ${JSON.stringify({ ...base, ...chunk })}\n\n`);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send({ choices: [{ index: 0, delta: { role: 'assistant', content: 'OK' }, finish_reason: null }] });
      send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
      send({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 } });
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const model: Model = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    refuses: false,
    prompts,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return model;
}

/** The settings of a gateway whose only model it is. */
export function modelSettings({ url }: Model) {
  const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const only = { id: 'm1', name: 'M1', reasoning: false, input: ['text'], cost: free };
  return {
    mode: 'replace',
    providers: {
      mock: {
        baseUrl: url,
        apiKey: 'none',
        api: 'openai-completions',
        models: [{ ...only, contextWindow: 128_000, maxTokens: 1000 }],
      },
    },
  };
}
