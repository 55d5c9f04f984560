import { en } from 'zod/locales';
import { config } from 'zod/mini';

// The form of zod that a bundler can shake, with its messages. A schema is used once in a process: to compile it takes
// longer than it saves, and a process in which code may not be made from strings can do without. What a run mostly does
// without is `lazy`: made when it is first used.
config({ jitless: true, ...en() });

export * from 'zod/mini';
