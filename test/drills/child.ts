import { makeDrill } from './make.ts';

// Makes a drill and ends itself with SIGKILL when the journal has its Nth line: node child.mjs CONFIG FOLDER DRILL N
const [config = '', folder = '', drill = '', count = ''] = process.argv.slice(2);
await makeDrill({
  config,
  folder,
  drill,
  journal: (journal) => ({
    ...journal,
    append(entry) {
      journal.append(entry);
      if (journal.lines.length >= Number(count)) process.kill(process.pid, 'SIGKILL');
    },
  }),
});
