#!/usr/bin/env zx
// Compiles schema/pipeline.schema.json into a validator without ajv: loading ajv and compiling takes longer than all
// else that a command with nothing to do does. `npm run build` does it first; git does not hold the result.
import { compiledSchema } from './schema-code.mjs';
import { writeFile } from 'node:fs/promises';

await writeFile('src/runner/config/schema-validator.generated.js', await compiledSchema());
