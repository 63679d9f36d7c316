#!/usr/bin/env zx
// Compiles schema/pipeline.schema.json into a validator without ajv: loading ajv and compiling takes longer than all
// else that a command with nothing to do does. Run it after editing the schema; a test fails when it was forgotten.
import { compiledSchema } from './schema-code.mjs';
import { writeFile } from 'node:fs/promises';

await writeFile('src/runner/config/schema-validator.generated.ts', await compiledSchema());
