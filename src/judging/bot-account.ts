/** What the environment file says of one connected service. */
export interface DeclaredAccount {
  readonly account: string;
  readonly owner: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
}

const consumerDomains =
  /@(gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|mac|aol|gmx|web|proton|protonmail|pm|mail|yandex|qq|163)\.[a-z.]+$/;
/** A part of an address that no person is called. */
const botWord =
  /^(no|reply|noreply|agents?|svc|services?|app|api|ops|system|alerts?|support|bots?)$|openclaw|automat|integration|robot|^(?!tal|ab)\w+bot$/;
const placeholders = /^(\W*|todo|tbd|tba|n\/?a|none|unknown|xxx+|change ?me|example|placeholder|\.\.\.)$/i;

/** Why a declared account is not a documented bot account; empty where nothing speaks against it. */
export function personalMarks(declared: DeclaredAccount, people: readonly string[]): readonly string[] {
  const account = declared.account.trim().toLowerCase();
  const [local = '', domain] = account.split('@');
  const marks: string[] = [];
  if (consumerDomains.test(account)) marks.push('the account is an address at a provider for private people');
  else if (people.some((person) => person.trim().toLowerCase() === account))
    marks.push('the account is a named person');
  else if (domain && /^[a-z]+[._-][a-z]+$/.test(local) && !local.split(/[._-]/).some((part) => botWord.test(part))) {
    marks.push('the account is an address of the form first.last');
  }
  for (const key of ['account', 'owner', 'purpose'] as const) {
    if (placeholders.test(declared[key].trim())) marks.push(`no ${key} is given`);
  }
  const vague = declared.scopes.filter(
    (s) => placeholders.test(s.trim()) || /^(\*|all|any|full|everything)$/i.test(s.trim()),
  );
  if (declared.scopes.length === 0 || vague.length > 0) marks.push('the scopes are not named one by one');
  return marks;
}
