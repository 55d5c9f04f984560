import { type SecretRule, secretRules } from './secret-patterns.ts';

/**
 * The rule for a canary: a value without meaning that was put into the secret, in each form that it takes when the
 * secret is written down: as it is, in hex, and in base64 at each of the three places that it can begin at. Not found
 * where it was compressed or encrypted.
 */
export function canaryRule(canary: string): SecretRule {
  const bytes = Buffer.from(canary);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Only the characters that no neighbour has a part in.
    const own = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const forms = [...new Set([canary, hex, hex.toUpperCase(), ...base64])].map((form) => form.replaceAll('+', '[+]'));
  return { id: 'canary', title: 'the canary of the secret', pattern: `(${forms.join('|')})`, sample: () => canary };
}

/** What a rule finds, in words; undefined for a rule that is not known. */
export function titleOfRule(id: string): string | undefined {
  return id === 'canary' ? 'the canary of the secret' : secretRules.find((rule) => rule.id === id)?.title;
}
