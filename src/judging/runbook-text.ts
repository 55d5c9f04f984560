/** What a runbook says, as far as its form shows. Markdown or plain text. */
export interface RunbookText {
  /** Lines that give a role something to do or name who holds it. */
  readonly roles: number;
  /** Items of numbered lists, or headings that count steps. */
  readonly steps: number;
  /** Whom the text names as its author. */
  readonly author: string | undefined;
}

const role =
  /\b(owner|on-call|incident (lead|commander|manager)|approver|operator|responsible|role|administrator|lead|deputy)s?\b\W*[:|\u2013-]|\b(owner|on-call|incident (lead|commander|manager)|approver|operator|administrator|lead|deputy)\b\s+(\w+\s+)?(restores?|starts?|runs?|decides?|approves?|checks?|verif\w+|confirms?|informs?|declares?)/i;
const step = /^\s*(?:#{1,6}\s*)?(?:step\s+)?\d{1,2}[.):]\s+\S/i;
const authorLine = /^\W*(?:author|written by)\W+(.{1,120}?)\W*$/i;

export function readRunbook(text: string): RunbookText {
  const lines = text.split(/\r?\n/);
  return {
    roles: lines.filter((line) => role.test(line)).length,
    steps: lines.filter((line) => step.test(line)).length,
    author: lines.map((line) => authorLine.exec(line)?.[1]).find((author) => author !== undefined),
  };
}
