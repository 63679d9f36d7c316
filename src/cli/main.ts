#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';

const code = await runCommandLine(process.argv.slice(2));
// Output must be flushed before the process ends: pipes are asynchronous on some systems.
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
