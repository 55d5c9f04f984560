/** A leak of listeners is told once, as a warning on the error stream, where no test would see it: here it fails the run. */
function refuse(warning: Error): void {
  if (warning.name === 'MaxListenersExceededWarning') throw warning;
}

// Files that share a process load this once each.
const known = process.listeners('warning').some(({ name }) => name === refuse.name);
if (!known) process.on('warning', refuse);
