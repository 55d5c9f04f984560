/** What a script of shell makes of promptfoo: whether it runs it, on what, and whether a failure is still one afterwards. */

const runsEval = /(?:^|[\s;&|("'`/])promptfoo(?:[@:][^\s;&|]+)?(?:\s+--)?\s+eval(?:uate)?(?=[\s;&|)"'`]|$)/g;
/** What only speaks of a command. */
const inert =
  /^(?:echo|printf|:|true|false|test|\[|\[\[|grep|cat|tee|sed|awk|which|type|hash|alias|read|git|gh|logger|curl)$/;
/** What tells promptfoo to run less than everything, or on something else than the agent. */
const narrows =
  /(?:^|\s)(--filter-[\w-]+|-n|--model-outputs|-r|--providers?|--resume|--retry-errors|-w|--watch|-t|--tests|-v|--vars|-h|--help|--version)(?=[\s="']|$)/g;

/** Lines without comments, here-documents of what is no shell, and with continued lines joined. */
export function linesOf(script: string): string[] {
  const lines: string[] = [];
  let until: string | undefined;
  for (const raw of script.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (until !== undefined) {
      if (raw.trim() === until) until = undefined;
      continue;
    }
    const [, word] = /<<-?\s*['"]?(\w+)['"]?/.exec(line) ?? [];
    if (word !== undefined && !/(^|[;&|\s])(ba|da|z)?sh\b[^<]*<</.test(line)) until = word;
    if (line !== '') lines.push(line);
  }
  return lines;
}

/** Where in a line promptfoo is run, if it is: not where its name is in a text that is only printed or searched. */
function evalIn(line: string): number {
  for (const { index } of line.matchAll(runsEval)) if (!inert.test(programBefore(line, index))) return index;
  return -1;
}

/** The program of the simple command in which a place is, with the quotes of a shell kept together. */
function programBefore(line: string, place: number): string {
  let start = 0;
  let quote: string | undefined;
  for (let i = 0; i < place; i += 1) {
    const character = line[i] ?? '';
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (/[;&|(){}`]/.test(character)) start = i + 1;
  }
  const words = line
    .slice(start, place)
    .trim()
    .split(/\s+/)
    .filter((word) => !/^(\w+=.*|do|then|else|if|elif|while|until|!|time|exec|sudo)$/.test(word));
  return words[0] === 'command' && words[1] === '-v' ? 'which' : (words[0] ?? '');
}

export function evaluates(script: string): boolean {
  return linesOf(script).some((line) => evalIn(line) >= 0);
}

export function linesBeforeEval(script: string): readonly string[] {
  const lines = linesOf(script);
  const at = lines.findIndex((line) => evalIn(line) >= 0);
  return at < 0 ? lines : lines.slice(0, at + 1);
}

/**
 * The configurations that the runs of promptfoo in a script name, by default the one of the folder; undefined where they
 * are made up by the script or another folder is entered.
 */
export function configArguments(script: string): readonly string[] | undefined {
  const found: string[] = [];
  const lines = linesOf(script);
  const loops = new Map<string, readonly string[]>();
  if (lines.some((line) => /(^|[;&|(]\s*)(cd|pushd)\s/.test(line))) return undefined;
  for (const line of lines) {
    const [, variable = '', list = ''] = /(?:^|[;&]\s*)for\s+(\w+)\s+in\s+([\w./*@\s-]+?)\s*(?:;|$)/.exec(line) ?? [];
    if (list !== '') loops.set(variable, list.split(/\s+/));
    const place = evalIn(line);
    if (place < 0) continue;
    const text = (line.slice(place).split(/[;&|]/, 1)[0] ?? '').replaceAll(/["']/g, '');
    // In a container, paths are others.
    if (/\b(xargs|docker|podman)\s/.test(line.slice(0, place))) return undefined;
    for (const words of spelledOut(text, loops, lines)) {
      if (words.some((word, i) => /[$`]|\{\}/.test(word) && !/^(-o|--output)$/.test(words[i - 1] ?? '')))
        return undefined;
      const at = words.findIndex((word) => /^(-c|--config)(=|$)/.test(word));
      const [, joined] = /=(.+)$/.exec(words[at] ?? '') ?? [];
      const rest = words.slice(at + 1);
      const end = rest.findIndex((word) => word.startsWith('-'));
      if (at < 0) found.push('promptfooconfig.*');
      else found.push(...(joined === undefined ? rest.slice(0, end < 0 ? undefined : end) : [joined]));
    }
  }
  return found;
}

/** The words of a command, once for each value that a loop over a written list gives to a variable in it. */
function spelledOut(text: string, loops: ReadonlyMap<string, readonly string[]>, lines: readonly string[]): string[][] {
  let all = [text];
  for (const [name, values] of loops) {
    const used = new RegExp(`\\$(?:${name}\\b|\\{${name}\\})`, 'g');
    if (!used.test(text) || lines.some((line) => new RegExp(`\\b${name}=`).test(line))) continue;
    all = all.flatMap((one) => values.map((value) => one.replaceAll(used, value)));
  }
  return all.map((one) => one.split(/\s+/));
}

/** Finds one thing in a line: promptfoo, or what calls it. */
export type Find = (line: string) => number;

/** The text as it stands, as what calls promptfoo. */
export function callOf(text: string): Find {
  return (line) => line.indexOf(text);
}

/** A shell that does not stop at a failure has its status from the last command alone. */
export function goesOn(script: string, stops: boolean, find: Find = evalIn): string[] {
  const lines = linesOf(script);
  const at = lines.findIndex((line) => find(line) >= 0);
  const line = lines[at] ?? '';
  const last = at === lines.length - 1 && !/;\s*\S/.test(line.slice(find(line)));
  return stops || at < 0 || last ? [] : ['goes on after a failure, without set -e'];
}

/** The shells that stop at a failure: as the git host starts them, or as a template says. */
export const stopping = /^(?:bash|sh|(?:\/\S*\/)?(?:ba)?sh(?=.*\s(?:-[a-z]*e|errexit))(?:\s+[\w-]+)+\s+\{0\})$/;

const background = /(^|[^&>])&(?![&>\d])/;
/** A function or an alias of that name, and one that hands on all that it is given. */
const ownName = /(?:^|[;&|{(]\s*)(?:alias\s+promptfoo=|(?:function\s+)?promptfoo\s*\(\s*\)|function\s+promptfoo\b)/;
const passedOn = /promptfoo\s*(?:\(\s*\)\s*)?\{[^;&|]*\bpromptfoo\S*\s+"\$@"\s*;\s*\}/;

/** How a script ends like the first command of a pipe. */
const first = /^exit\s+"?\$\{PIPESTATUS\[0\]\}"?$/;

/** What in the script lets it go on, or end well, after promptfoo, or what calls it, has failed or was not started. */
export function swallows(script: string, shell: string | undefined, find: Find = evalIn): string[] {
  const lines = withoutKept(linesOf(script), find);
  const why: string[] = [...fromFunctions(lines, shell, find), ...fromHereDocuments(script, find)];
  if (shell !== undefined && !stopping.test(shell)) why.push(`shell ${shell} may go on after a failure`);
  if (lines.some((line) => /(^|[;&]\s*)set\s+\+[a-z]*e|set\s+\+o\s+errexit/.test(line))) why.push('set +e');
  if (lines.some((line) => /(^|[;&\s])trap\s/.test(line))) why.push('trap');
  const pipefail =
    /^bash$|\spipefail\s/.test(shell ?? '') || lines.some((line) => /set\s+-[a-z]*o\s+pipefail/.test(line));
  const branches = branchesOf(lines);
  if (lines.some((line) => ownName.test(line) && !passedOn.test(line)))
    why.push('promptfoo is a name for something else');
  for (const [i, line] of lines.entries()) {
    const place = find(line);
    if (place < 0) {
      if (ends.test(line) && lines.slice(i + 1).some((later) => find(later) >= 0)) why.push('exit before promptfoo');
      continue;
    }
    const before = line.slice(0, place).replace(/\bwhile\s+(IFS=\S*\s+)?read\b[^;]*;\s*do\b/g, '');
    const after = line.slice(place);
    const loop = lines.findLastIndex((one, at) => at < i && /^(for|while|until|done)\b/.test(one));
    const round = /\bdo\s/.test(before) ? [before] : /^done|^$/.test(lines[loop] ?? '') ? [] : lines.slice(loop + 1, i);
    if (/\|\|(?!\s*exit\s+[1-9])/.test(after) && !isKept(after, lines.slice(i + 1), round))
      why.push('|| after promptfoo');
    else if (/(?<!\|)\|(?!\|)/.test(after) && !pipefail && !(first.test(lines[i + 1] ?? '') && !before.includes('|')))
      why.push('a pipe without pipefail after promptfoo');
    if (background.test(after)) why.push('promptfoo in the background');
    if (/&&/.test(after) && (i !== lines.length - 1 || /&&[^;]*;\s*\w/.test(after)))
      why.push('&& after promptfoo, with more to come');
    for (const tail of tailsOf(after, lines.slice(i + 1))) {
      // Where its end is asked for, nothing within stops at a failure, and the last command alone decides.
      if (/\|\||&&/.test(tail)) why.push('|| or && after the loop or block that promptfoo is in');
      else if (tail.includes('|') && !pipefail)
        why.push('a pipe without pipefail after the loop or block that promptfoo is in');
      else if (background.test(tail)) why.push('promptfoo in the background');
    }
    if (/^(if|elif|while|until|!)\s/.test(line) || /[;&|]\s*(if|while|until|!)\s/.test(before)) {
      const [whole, not] = /^if(\s+!)?(?:\s[^;&|]*)?$/.exec(before) ?? [];
      if (whole === undefined || !isKeptByIf(after, lines.slice(i + 1), round, not !== undefined))
        why.push('promptfoo in a condition');
    } else if (branches[i] || depends.test(before.split(';').at(-1) ?? '')) why.push('promptfoo under a condition');
    if (/[$<>]\(|`/.test(withoutClosed(line.slice(0, place + 1)))) why.push('promptfoo in a substitution');
    if (ends.test(before)) why.push('exit before promptfoo');
    if (
      /(^|[;&|(]\s*)find\s/.test(before) &&
      /\s-(exec|ok)(dir)?(\s|$)/.test(before) &&
      /\s(\\;|["'];["'])/.test(after)
    ) {
      why.push('find ends well whatever becomes of what it starts');
    }
    why.push(...fromQuotes(line.slice(0, place + 1), line.slice(place + 1)));
    const options = after.split(/[;&|]/, 1)[0] ?? '';
    if (/\s--env-(?:file|path)\b/.test(options)) why.push('--env-file sets what is not read here');
    for (const [, option] of options.matchAll(narrows)) why.push(`${option} leaves cases or models out`);
  }
  return [...new Set(why)];
}

/** How a variable says that something failed, or a list names what did. */
const keeps = String.raw`(\w+)(?:=["']?(true|yes|[1-9]\d*)["']?|=\$\?|=\$\(\([^()]*\+\s*1\s*\)\)|\+=\([^()]*\))`;

/** Whether a failure is kept for the end: in a variable that decides how the script ends, or by an exit of its own. */
function isKept(after: string, later: readonly string[], round: readonly string[]): boolean {
  if (/^[^|;&]*\|\|\s*\{[^{}]*;\s*exit\s+[1-9]\d*\s*;?\s*\}\s*$/.test(after)) return true;
  const [, name, is] = new RegExp(`^[^|;&]*\\|\\|\\s*${keeps}\\s*;?(?:\\s*done)?\\s*$`).exec(after) ?? [];
  return name !== undefined && decides(name, is, later, round);
}

/** The same of `if ! promptfoo …; then failed=1; fi`, and of what is behind `else` where it is asked whether it passed. */
function isKeptByIf(after: string, later: readonly string[], round: readonly string[], not: boolean): boolean {
  const text = [after, ...later].join(' ; ');
  const part = '((?:(?!\\b(?:fi|else|elif)\\b).)*);\\s*';
  const [, inside = ''] =
    new RegExp(`^[^;|&]*;\\s*then\\b${not ? part : `${part.replace('(', '(?:')}else\\b${part}`}fi\\b`).exec(text) ?? [];
  if (/;\s*exit\s+[1-9]\d*\s*;?\s*$/.test(`;${inside}`)) return true;
  const [, name, is] = new RegExp(`(?:^|[\\s;])${keeps}`).exec(inside) ?? [];
  return name !== undefined && decides(name, is, later, round);
}

/**
 * Whether the last of the lines fails unless a variable is 0, or where it is what it is set to, and nothing sets it back
 * or ends before.
 *
 * @param round what comes before in each round of a loop
 */
function decides(
  name: string,
  is: string | undefined,
  later: readonly string[],
  round: readonly string[] = [],
): boolean {
  const value = `"?\\$(?:${name}\\b|\\{#?${name}(?:\\[[@*]\\])?(?::-\\w*)?\\})"?`;
  const asked = (words: string, than = '0') =>
    `(?:\\[\\[?|test)\\s+${value}\\s+(?:${words})\\s+["']?${than}["']?(?:\\s+\\]\\]?)?`;
  const failed = [
    asked('-ne|-gt|!='),
    `\\(\\(\\s*\\$?${name}\\s*(?:(?:>|!=)\\s*0\\s*)?\\)\\)`,
    ...(is === undefined ? [] : [asked('-eq|==?', is)]),
    ...(is === 'true' ? [value] : []),
  ].join('|');
  const ended = new RegExp(
    [
      `exit\\s+${value}$`,
      `(?:${asked('-eq|==?')}|\\(\\(\\s*\\$?${name}\\s*==\\s*0\\s*\\)\\))(?:\\s*\\|\\|\\s*exit\\s+[1-9]\\d*)?$`,
      `if\\s+(?:${failed})\\s*;\\s*then\\b(?:(?!\\b(?:if|fi|else)\\b).)*[;\\s]exit\\s+[1-9]\\d*\\s*;\\s*fi(?:\\s*;\\s*(?:echo|printf|cat)\\b[^;|&]*)*$`,
    ]
      .map((one) => `(?:^|;\\s*)${one}`)
      .join('|'),
  );
  const back = new RegExp(`(?<!\\|\\|\\s*)\\b${name}=(?!["']?(?:[1-9]|true|yes)|\\$\\(\\(\\s*\\$?${name}\\s*\\+)`);
  return ended.test(later.join(' ; ')) && ![...round, ...later].some((line) => back.test(line) || ends.test(line));
}

/** `set +e`, promptfoo and `status=$?`, by which the script ends, as promptfoo alone. */
function withoutKept(lines: readonly string[], find: Find): readonly string[] {
  const at = lines.indexOf('set +e');
  const [, name] = /^(\w+)=\$\?$/.exec(lines[at + 2] ?? '') ?? [];
  const later = lines.slice(at + 3);
  const kept = at >= 0 && name !== undefined && find(lines[at + 1] ?? '') >= 0 && decides(name, undefined, later);
  return kept && !later.some((line) => find(line) >= 0)
    ? [...lines.slice(0, at), lines[at + 1] ?? '', ...later]
    : lines;
}

/** A shell within the quotes of `sh -c`, or on another machine, stops at a failure only where it is told to. */
function fromQuotes(before: string, after: string): string[] {
  let quote = '';
  for (const character of before) {
    if (quote === character) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  if (quote === '') return [];
  const start = before.lastIndexOf(quote);
  const inside = before.slice(start + 1) + (after.split(quote, 1)[0] ?? '');
  const stops = /\s-\w*e\w*\s*$/.test(before.slice(0, start)) || /(^|;\s*)set\s+-\w*e/.test(inside);
  return goesOn(inside, stops).map((reason) => `in quotes: ${reason}`);
}

const definition = /^(?:function\s+([\w-]+)\s*(?:\(\s*\))?|([\w-]+)\s*\(\s*\))\s*\{?/;

/** A function with promptfoo in it does what its callers let it do, and nothing where it has none. */
function fromFunctions(lines: readonly string[], shell: string | undefined, find: Find): string[] {
  return lines.flatMap((line, start) => {
    const [head, named, called] = definition.exec(line) ?? [];
    const name = named ?? called;
    if (head === undefined || name === undefined) return [];
    const after = lines.slice(start + 1).findIndex((one) => /^\}/.test(one));
    const end = /\}\s*;?$/.test(line) ? start : start + 1 + (after < 0 ? lines.length : after);
    const body = [line.slice(head.length), ...lines.slice(start + 1, end)];
    if (!body.some((one) => find(one) >= 0)) return [];
    const rest = [...lines.slice(0, start), ...lines.slice(end + 1)];
    const call = new RegExp(`(?:^|[;&|({!]|\\s)${name}(?=[\\s;&|)}]|$)`);
    const calls: Find = (one) => {
      const found = call.exec(one);
      return found ? found.index + found[0].length - name.length : -1;
    };
    if (!rest.some((one) => calls(one) >= 0)) return [`promptfoo in a function ${name} that nothing calls`];
    return swallows(rest.join('\n'), shell, calls);
  });
}

/** What is fed to a shell of its own stops at a failure only where that shell is told to. */
function fromHereDocuments(script: string, find: Find): string[] {
  const documents = script.matchAll(
    /((?:^|[;&|\s])(?:ba|da|z)?sh\b[^<\n]*)<<-?\s*['"]?(\w+)['"]?[^\n]*\n([\s\S]*?)\n\s*\2\s*(?=\n|$)/g,
  );
  return [...documents].flatMap(([, command = '', , text = '']) => {
    const stops = /\s-\w*e/.test(command) || /^\s*set\s+-\w*e/m.test(text);
    return goesOn(text, stops, find).map((reason) => `in a here-document: ${reason}`);
  });
}

const opens = /^(?:for|select|while|until|if|case|[{(])$/;
const closes = /^(?:done|fi|esac|[})])$/;

/** What stands behind the end of each loop, branch, block or subshell that a command is in, on its line. */
function tailsOf(after: string, later: readonly string[]): string[] {
  let depth = 0;
  return [after, ...later].flatMap((line) => {
    const text = withoutClosed(line);
    const tails: string[] = [];
    for (const { 0: all, 1: word = '', index } of text.matchAll(
      /(?:^|[\s;&|])(\(|\)|\{(?=\s|$)|\}|[a-z]+(?=[\s;&|)]|$))/g,
    )) {
      const before = text.slice(0, index + all.length - word.length).trim();
      // Elsewhere it is a word like any other.
      if (!/(^|[;&|{(]|\b(?:then|do|else))$/.test(before) && word !== ')') continue;
      if (opens.test(word)) depth += 1;
      else if (closes.test(word) && depth > 0) depth -= 1;
      else if (closes.test(word)) tails.push(text.slice(index + all.length).split(';', 1)[0] ?? '');
    }
    return tails;
  });
}

/** Without the substitutions that are over. */
function withoutClosed(text: string): string {
  let bare = text;
  for (let last = ''; last !== bare; ) {
    last = bare;
    bare = bare.replaceAll(/[$<>]\((?:[^()]|\([^()]*\))*\)|`[^`]*`/g, '_');
  }
  return bare;
}

/** Before promptfoo on one line: it is started only where something else failed, or where a test holds. */
const depends = /\|\||(^|[&|(]\s*)(test|\[\[?)\s.*&&/;
const ends = /(^|[;&|{(]\s*|\b(?:then|do|else)\s+)exit(\s+0)?\s*($|[;&|})])/;

/** Of each line, whether it is inside a branch that need not be taken. A loop over a list or over lines is none. */
function branchesOf(lines: readonly string[]): boolean[] {
  const open: string[] = [];
  return lines.map((line) => {
    const inside = open.some((word) => word !== 'for');
    for (const part of line.split(/[;&|]+|\b(?:then|do|else)\b/)) {
      const [word = ''] = part.trim().split(/\s+/);
      if (/^(for|select)$/.test(word) || /^while\s+(IFS=\S*\s+)?read\b/.test(part.trim())) open.push('for');
      else if (/^(if|case|while|until)$/.test(word)) open.push(word);
      else if (/^(fi|esac|done)$/.test(word)) open.pop();
    }
    return inside;
  });
}
