// Preloaded into the command line under test: notes in CLAWCHECK_TEST_NOTES each attempt to leave the process.
const { appendFileSync } = require('node:fs');
const note = (what) => appendFileSync(process.env.CLAWCHECK_TEST_NOTES, `${what}\n`);
const watch = (object, names, what) => {
  for (const name of names) {
    const real = object[name];
    object[name] = function watched(...args) {
      note(`${what} ${name}`);
      return real.apply(this, args);
    };
  }
};
watch(require('node:net').Socket.prototype, ['connect'], 'socket');
watch(require('node:dgram').Socket.prototype, ['send', 'connect'], 'datagram');
watch(require('node:dns'), ['lookup', 'resolve'], 'dns');
watch(require('node:child_process'), ['spawn', 'spawnSync', 'exec', 'execFile', 'execSync', 'execFileSync'], 'process');
