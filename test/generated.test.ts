import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../scripts/generated-files.ts';
import { parseEnvironmentFile } from '../src/environment/load.ts';

describe('generated files', () => {
  it.each([...generatedFiles()])('%s is what the declarations say (npm run generate)', (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('the example is a valid environment file, also with every key switched on', () => {
    const text = readFileSync('clawcheck.example.yaml', 'utf8');
    expect(Object.keys(parseEnvironmentFile(text, 'example').environments)).toEqual(['prod']);
    const on = text.replaceAll(/ \[\]\n(?= +# +- )/g, '\n').replaceAll(/^( {4,})# (?=[a-zA-Z]+:(\s|$)| +)/gm, '$1');
    expect(() => parseEnvironmentFile(on, 'example')).not.toThrow();
  });
});
