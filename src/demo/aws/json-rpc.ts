import { readJson, toJson } from './json.ts';
import { loadOperation } from './shapes.ts';
import { notRecorded, type Protocol, WireError, type WireRequest } from './wire.ts';

/** AWS JSON 1.0 and 1.1: the operation is named in a header, input and output are JSON documents. */
export function jsonRpc(request: WireRequest): Protocol {
  const headers = { 'content-type': contentType(request) };
  return {
    async read({ service, headers: { 'x-amz-target': target }, body }) {
      if (service === undefined) throw new WireError(notRecorded, 'the request is not signed for a known service');
      const operation = await loadOperation(service, String(target).split('.').at(-1) ?? '');
      return { operation, input: readJson(operation.input, body, 'member') };
    },
    write({ output: shape }, output) {
      return { status: 200, headers, body: JSON.stringify(toJson(shape, output, 'member')) };
    },
    fail({ code, message, status }) {
      // Services that moved here from the query protocol repeat the old code in a header, when they are asked to.
      const fault = status < 500 ? 'Sender' : 'Receiver';
      const old = request.headers['x-amzn-query-mode'] === 'true' ? { 'x-amzn-query-error': `${code};${fault}` } : {};
      return { status, headers: { ...headers, ...old }, body: JSON.stringify({ __type: code, message }) };
    },
  };
}

/** The answer is of the version that was asked with. */
function contentType({ headers }: WireRequest): string {
  return headers['content-type'] === 'application/x-amz-json-1.0'
    ? 'application/x-amz-json-1.0'
    : 'application/x-amz-json-1.1';
}
