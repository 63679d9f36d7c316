import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DIAGNOSTIC_CODES } from './codes.ts';
import { documentedExamples, printedFor } from './documented.test-support.ts';

const examples = await documentedExamples();

test('every code is documented, and every documented code exists', () => {
  expect([...new Set(examples.map(({ code }) => code))]).toEqual([...DIAGNOSTIC_CODES]);
});

test.each(examples)('docs/diagnostics.md shows what is said about $code', async (example) => {
  const { diagnostics, text } = await printedFor(example);
  expect(diagnostics.map(({ code }) => code)).toContain(example.code);
  expect(text).toBe(example.printed);
});

test('the codes of all commands are listed, and no others', async () => {
  const repository = path.resolve(import.meta.dirname, '../../..');
  const sources = await readdir(path.join(repository, 'src'), { recursive: true });
  const texts = await Promise.all(
    sources
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFile(path.join(repository, 'src', file), 'utf8')),
  );
  const used = texts.flatMap((text) =>
    [
      ...text.matchAll(/(?:refuse\(\s*|fault\(\s*|code: (?:[\w ]+ \? '([a-z-]+)' : )?)'([a-z-]+)',(?:\s*severity|\s)/g),
    ].flatMap(([, first, code]) => (first === undefined ? [code!] : [first, code!])),
  );
  const document = await readFile(path.join(repository, 'docs/diagnostics.md'), 'utf8');
  const beyond = document.slice(document.indexOf('## Beyond the pipeline file'));
  const listed = [...beyond.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, codes]) =>
    [...codes!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!),
  );
  const all = new Set(used.filter((code) => !(DIAGNOSTIC_CODES as readonly string[]).includes(code)));
  expect([...all].sort()).toEqual([...listed].sort());
});
