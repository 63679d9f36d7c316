import { expect, test } from 'vitest';
import { DIAGNOSTIC_CODES } from './codes.ts';
import { documentedExamples, printedFor } from './documented.test-support.ts';

const examples = await documentedExamples();

test('every code is documented, and every documented code exists', () => {
  expect(examples.map(({ code }) => code)).toEqual([...DIAGNOSTIC_CODES]);
});

test.each(examples)('docs/diagnostics.md shows what is said about $code', async (example) => {
  const { diagnostics, text } = await printedFor(example);
  expect(diagnostics.map(({ code }) => code)).toContain(example.code);
  expect(text).toBe(example.printed);
});
