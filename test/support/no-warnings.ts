/** A leak of listeners is told once, as a warning on the error stream, where no test would see it: here it fails the run. */
process.on('warning', (warning) => {
  if (warning.name === 'MaxListenersExceededWarning') throw warning;
});
