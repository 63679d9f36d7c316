#!/usr/bin/env node
// Writes the JSON Schemas and the tables of docs/formats.md from src/formats. A test fails where that was forgotten.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generatedFiles } from './formats/files.mjs';
import { loadFormats } from './formats/load.mjs';

for (const [file, text] of await generatedFiles(await loadFormats()))
  await writeFile(path.join(import.meta.dirname, '..', file), text);
