#!/usr/bin/env node
// Compiles the formats that the command line reads into validators. `npm run build` does it first; git does not hold
// the result.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadFormats } from './formats/load.mjs';
import { compiledValidators } from './formats/validators.mjs';

const { FORMATS } = await loadFormats();
for (const [file, text] of await compiledValidators(FORMATS))
  await writeFile(path.join(import.meta.dirname, '..', file), text);
