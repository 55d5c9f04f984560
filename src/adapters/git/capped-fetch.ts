/** Bytes of one answer, as they are after decompression. The trees of large repositories are a few MB. */
const largestAnswer = 16 * 1024 * 1024;

/** What is told of a connection that the other side has closed. */
const closed = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/**
 * `fetch` for what only reads. A connection that was kept may be closed by the other side just as it is used again: the
 * question is then asked once more, on a new one.
 */
const fetchAgain: typeof fetch = async (input, init) => {
  try {
    return await fetch(input, init);
  } catch (thrown) {
    const { code = '' } = ((thrown as Error).cause ?? {}) as { readonly code?: string };
    if (init?.signal?.aborted || !closed.includes(code)) throw thrown;
    return fetch(input, init);
  }
};

/** `fetch` whose answers end after so many bytes: a body is read whole, and a host could send one without end. */
export function cappedFetch(onTooLarge: () => void, limit = largestAnswer): typeof fetch {
  return async (input, init) => {
    const response = await fetchAgain(input, init);
    if (!response.body) return response;
    let size = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        if (size <= limit) return controller.enqueue(chunk);
        onTooLarge();
        controller.error(new Error('the answer is too large'));
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
  };
}
