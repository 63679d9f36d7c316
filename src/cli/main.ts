#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';

const code = await runCommandLine(process.argv.slice(2));
// What was written must have left before the process does: pipes are asynchronous on some systems.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) =>
      new Promise<void>((written) =>
        stream.write('', () => {
          written();
        }),
      ),
  ),
);
process.exit(code);
