import { hang } from '../report/wrap.ts';

/**
 * Writes for a person. On a terminal, what is longer than its lines is broken between words; anything else gets the text
 * as it is, so that `grep` and logs see whole lines.
 */
export function say(stream: NodeJS.WriteStream, text: string): void {
  stream.write(stream.isTTY && stream.columns > 0 ? hang(text, Math.max(20, stream.columns)) : text);
}
