#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { keepIgnoringHangUp } from './hang-up.ts';
import { openOutput } from './output.ts';

keepIgnoringHangUp();
const [results, messages] = [openOutput(1), openOutput(2)];
const code = await runCommandLine(process.argv.slice(2), results, messages);
await Promise.all([results.flush(), messages.flush()]);
process.exit(code);
