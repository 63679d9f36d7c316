/**
 * Who may read the page: a request to this machine by a name of its loopback address, from no other page, with the
 * token. Everybody else learns nothing, not even what was wrong.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * A port of `ssh -L` is another one than that of the server. A name of another machine is an attack (DNS rebinding).
 */
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** 192 bits. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** The part of the path behind the token, without a query; undefined: the request gets nothing. */
export function admittedPath(request: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>, token: string) {
  const { headers, rawHeaders, url = '' } = request;
  const host = headers.host ?? '';
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length !== 1 || !LOOPBACK.test(host)) return undefined;
  if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${host.toLowerCase()}`) return undefined;
  if (isFromElsewhere(headers)) return undefined;
  const [, given = '', rest] = /^\/([^/?#]*)(\/[^?#]*)?/.exec(url) ?? [];
  return isEqual(given, token) ? (rest ?? '') : undefined;
}

/** A page of another origin may link to this page, but not load anything from it. */
function isFromElsewhere(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink;
}

/** In constant time: digests have equal lengths. */
function isEqual(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
