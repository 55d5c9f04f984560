/** Bytes of one answer, as they are after decompression. The trees of large repositories are a few MB. */
const largestAnswer = 16 * 1024 * 1024;

/** `fetch` whose answers end after so many bytes: a body is read whole, and a host could send one without end. */
export function cappedFetch(onTooLarge: () => void, limit = largestAnswer): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
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
