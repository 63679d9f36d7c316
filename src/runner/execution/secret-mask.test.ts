import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { secretMask } from './secret-mask.ts';

const SECRET = `pä$$ "w'0rd"/<&>\\x+ y`;
const KEY = ['-----BEGIN KEY-----', 'MIIEvQIBADANBgkqhkiG9w0', 'zz9+/==', '-----END KEY-----', ''].join('\n');

const mask = (text: string, secret = SECRET): string => secretMask([secret])?.in(text) ?? text;

test.each<[string, string]>([
  ['as it is', SECRET],
  ['in JSON', JSON.stringify({ a: SECRET })],
  ['in JSON within JSON', JSON.stringify({ a: JSON.stringify({ b: SECRET }) })],
  ['in a query', new URLSearchParams({ q: SECRET }).toString()],
  ['percent-encoded', encodeURIComponent(SECRET)],
  ['percent-encoded with small digits', encodeURIComponent(SECRET).replaceAll(/%../g, (code) => code.toLowerCase())],
  ['as Basic authorization', `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`],
  ['as another user’s', `Basic ${Buffer.from(`abc:${SECRET}!`).toString('base64')}`],
  ['in base64url', Buffer.from(SECRET).toString('base64url')],
  ['in hexadecimal digits', Buffer.from(SECRET).toString('hex')],
  ['quoted for a shell', `'${SECRET.replaceAll("'", `'\\''`)}'`],
  [
    'in HTML',
    SECRET.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ],
])('%s', (_, text) => {
  const shown = mask(text);
  expect(shown).toContain('***');
  for (const part of ['0rd', '%3C', '%3c', Buffer.from(SECRET).toString('base64').slice(4, 12), '783072'])
    if (text.includes(part)) expect(shown).not.toContain(part);
});

test.each([
  ['bash', `printf '%q' "$TOKEN"`],
  ['bash', 'set -x; : "$TOKEN"'],
  ['sh', 'set -x; : "$TOKEN"'],
  ['python3', 'import os; print(repr(os.environ["TOKEN"]))'],
  ['python3', 'import os, json; print(json.dumps(os.environ["TOKEN"]))'],
  ['python3', 'import os, shlex; print(shlex.quote(os.environ["TOKEN"]))'],
  ['python3', 'import os, urllib.parse; print(urllib.parse.quote(os.environ["TOKEN"]))'],
  ['python3', 'import os, base64; print(base64.encodebytes(b"user:" + os.environ["TOKEN"].encode()).decode())'],
])('as %s prints it: %s', (program, script) => {
  for (const secret of [SECRET, "it's a secret", 'simple-token-123']) {
    const out = execFileSync(
      program,
      ['-c', `exec 2>&1; ${script}`].map((word) => (program === 'python3' ? word.replace('exec 2>&1; ', '') : word)),
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, TOKEN: secret, LC_ALL: 'C.UTF-8' },
      },
    );
    expect(mask(out, secret)).toContain('***');
    for (const word of ['0rd', 'secret', 'simple', 'token']) expect(mask(out, secret)).not.toContain(word);
  }
});

test('each line of a secret of many lines, also in wrapped base64', () => {
  for (const text of [KEY, 'a MIIEvQIBADANBgkqhkiG9w0 b', JSON.stringify(KEY), 'zz9+/=='])
    expect(mask(text, KEY)).not.toMatch(/MIIE|zz9/);
  const wrapped = Buffer.from(KEY).toString('base64').replaceAll(/.{76}/g, '$&\n');
  for (const line of wrapped.split('\n')) expect(mask(line, KEY)).toMatch(/^\**$/);
});

test('a value is masked in all its texts; a short one is no secret', () => {
  const value = { notes: ['a simple-token b', { deep: 'simple-token' }], n: 1, nothing: null };
  expect(secretMask(['simple-token', ''])?.in(value)).toEqual({
    notes: ['a *** b', { deep: '***' }],
    n: 1,
    nothing: null,
  });
  expect(secretMask(['1', '', 'abc'])).toBeUndefined();
});

test('a file of any size keeps its length, also where a secret lies across two chunks', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mask-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'log');
  const text = `${'x'.repeat(1024 * 1024 - 5)}simple-token${'y'.repeat(2 * 1024 * 1024)}simple-token`;
  writeFileSync(file, text);
  secretMask(['simple-token'])?.inFile(file);
  const masked = readFileSync(file, 'utf8');
  expect(masked).toHaveLength(text.length);
  expect(masked).not.toContain('token');
  expect(masked.match(/\*{12}/g)).toHaveLength(2);
});
