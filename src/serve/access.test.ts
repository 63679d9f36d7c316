import { expect, test } from 'vitest';
import { admittedPath, newToken } from './access.ts';

const token = newToken();
const ask = (url: string, headers: Record<string, string> = {}) => {
  const all = { host: '127.0.0.1:7000', ...headers };
  return admittedPath({ url, headers: all, rawHeaders: Object.entries(all).flat() }, token);
};

test('the path behind the token is told, without a query', () => {
  expect(ask(`/${token}/`)).toBe('/');
  expect(ask(`/${token}`)).toBe('');
  expect(ask(`/${token}/log?instance=a/b`)).toBe('/log');
  expect(ask(`/${token}/output/ab`)).toBe('/output/ab');
});

test.each(['', '/', '/x/', `/${token.toLowerCase()}x/`, `//${token}/`, `/${token}%2f`, `http://127.0.0.1/${token}/`])(
  'nothing for %s',
  (url) => {
    expect(ask(url)).toBeUndefined();
  },
);

test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.', '127.0.0.2', '[::1', '127.0.0.1:', '', '0.0.0.0'])(
  'nothing under the name "%s"',
  (host) => {
    expect(ask(`/${token}/`, { host })).toBeUndefined();
  },
);

test('two names are none', () => {
  const headers = { host: '127.0.0.1' };
  expect(
    admittedPath({ url: `/${token}/`, headers, rawHeaders: ['Host', '127.0.0.1', 'HOST', 'evil.example'] }, token),
  ).toBeUndefined();
});

test('a link from another page may open the page, and that page may load nothing of it', () => {
  const cross = { 'sec-fetch-site': 'cross-site' };
  expect(ask(`/${token}/`, { ...cross, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).toBe('/');
  expect(ask(`/${token}/`, { ...cross, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' })).toBeUndefined();
  expect(ask(`/${token}/page.js`, { ...cross, 'sec-fetch-mode': 'no-cors' })).toBeUndefined();
  expect(ask(`/${token}/events`, { 'sec-fetch-site': 'same-site' })).toBeUndefined();
  expect(ask(`/${token}/events`, { 'sec-fetch-site': 'same-origin' })).toBe('/events');
});
