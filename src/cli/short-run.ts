import { setFlagsFromString } from 'node:v8';

/** Seconds of CPU from which on a process is a long one: a run takes about one, of a thousand instances four. */
const longRun = 6;
const lookMilliseconds = 250;

/**
 * Flags of V8 for a short run, and what they are without it. Maglev compiles since Node 22. Regular expressions become
 * machine code at their second use otherwise, and most are used a few times.
 */
const flags = [
  ['--no-opt', '--opt'],
  ...(Number.parseInt(process.versions.node, 10) >= 22 ? [['--no-maglev', '--maglev']] : []),
  ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2'],
  ['--regexp-tier-up-ticks=100', '--regexp-tier-up-ticks=1'],
] as const;

/** What a run asks of Node, or what it loads does. */
const builtins = [
  'node:https',
  'node:zlib',
  'node:fs/promises',
  'node:timers/promises',
  'node:perf_hooks',
  'node:assert',
  'node:dns',
];

/**
 * Sets V8 up for a short run, until the process turns out to be a long one. A run is over before optimised code has paid
 * for being compiled, and before room for young objects has paid for being there: without, it takes a seventh less CPU and a
 * fifth less memory. A fleet has both after six seconds.
 * Call it before what a run needs is loaded: compiled code is kept for the same flags only. Node has its own modules
 * compiled with it, for its default flags, so those come first.
 */
export function expectShortRun(): void {
  for (const builtin of builtins) process.getBuiltinModule(builtin);
  for (const [short] of flags) setFlagsFromString(short);
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    if (user + system < longRun * 1e6) return;
    for (const [, long] of flags) setFlagsFromString(long);
    clearInterval(timer);
  }, lookMilliseconds);
  timer.unref();
}
