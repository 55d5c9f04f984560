import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A model provider on the loopback. It answers every chat with OK, or refuses every one. A message that asks for a
 * command in backquotes with the exec tool makes it call that tool, unless it is told to be idle. One that asks for
 * many numbers is answered slowly, for minutes.
 */
export interface Model {
  readonly url: string;
  refuses: boolean;
  /** Says OK instead of calling a tool, as a model does that will not. */
  idle: boolean;
  /** What was sent to it. */
  readonly prompts: string[];
  close(): void;
}

export async function startModel(port = 0): Promise<Model> {
  const prompts: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      // A client of another server that had this port before may still be calling it.
      if (!request.url?.startsWith('/v1/')) {
        response.writeHead(404).end();
        return;
      }
      prompts.push(body);
      if (model.refuses) {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: 'no', type: 'authentication_error' } }));
        return;
      }
      const base = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm1' };
      const send = (chunk: object) => response.write(`data: ${JSON.stringify({ ...base, ...chunk })}\n\n`);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (!model.idle && asksForNumbers(body)) {
        const more = setInterval(
          () => send({ choices: [{ index: 0, delta: { content: 'one\n' }, finish_reason: null }] }),
          200,
        );
        response.on('close', () => clearInterval(more));
        return;
      }
      const command = model.idle ? undefined : commandIn(body);
      const call = { index: 0, id: `call_${prompts.length}`, type: 'function' };
      const delta =
        command === undefined
          ? { role: 'assistant', content: 'OK' }
          : {
              role: 'assistant',
              tool_calls: [{ ...call, function: { name: 'exec', arguments: JSON.stringify({ command }) } }],
            };
      send({ choices: [{ index: 0, delta, finish_reason: null }] });
      send({ choices: [{ index: 0, delta: {}, finish_reason: command === undefined ? 'stop' : 'tool_calls' }] });
      send({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 } });
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const model: Model = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    refuses: false,
    idle: false,
    prompts,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return model;
}

/** The newest messages of the user; none once a tool has answered. */
function newestIn(body: string): string {
  const { messages } = JSON.parse(body) as { messages: { role: string; content: unknown }[] };
  return JSON.stringify(messages.slice(messages.findLastIndex(({ role }) => role !== 'user') + 1));
}

/** The command that they ask for. */
function commandIn(body: string): string | undefined {
  return /exec tool[^`]*`([^`]+)`/.exec(newestIn(body))?.[1];
}

function asksForNumbers(body: string): boolean {
  return newestIn(body).includes('numbers from 1 to 3000');
}

/** The settings of a gateway whose only model it is. */
export function modelSettings({ url }: Pick<Model, 'url'>) {
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
