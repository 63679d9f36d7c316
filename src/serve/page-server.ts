/** The HTTP server of the page. It answers only to GET and HEAD, and only who has the token; see access.ts. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { admittedPath } from './access.ts';
import type { EventStream } from './event-stream.ts';
import type { ServedFile } from './shown-output.ts';
import type { LogPiece } from './state.ts';

export interface PageDeps {
  readonly token: string;
  readonly stream: EventStream;
  readonly document: string;
  readonly style: string;
  readonly script: string;
  readonly icon: string;
  /** @param instance the key of its part. Undefined: there is no such instance, or no log. */
  readonly log: (instance: string, before?: { file: string; to: number }) => LogPiece | undefined;
  /** Undefined: the page was not told of it. */
  readonly output: (digest: string) => ServedFile | undefined;
  /** Called before the first event of a new reader. */
  readonly onReader: () => void;
}

const MOST_READERS = 32;

const HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

/** Nothing but what this server sends, no frame, no form; no text becomes markup or a script. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

export function createPageServer(deps: PageDeps): Server {
  const server = createServer((request, response) => {
    answer(request, response, deps);
  });
  server.maxConnections = 4 * MOST_READERS;
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: string | Buffer;
}

function answer(request: IncomingMessage, response: ServerResponse, deps: PageDeps): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  response.setHeader('content-security-policy', POLICY);
  const path = admittedPath(request, deps.token);
  if (path === '/events' && request.method === 'GET' && deps.stream.readers < MOST_READERS) {
    stream(request, response, deps);
    return;
  }
  const { status, headers = {}, content = '' } = path === undefined ? { status: 403 } : answerTo(path, request, deps);
  response.writeHead(status, { 'content-length': Buffer.byteLength(content), ...headers });
  response.end(request.method === 'HEAD' ? undefined : content);
}

function answerTo(path: string, request: IncomingMessage, deps: PageDeps): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } };
  switch (path) {
    case '':
      return { status: 302, headers: { location: `/${deps.token}/` } };
    case '/':
      return file('text/html; charset=utf-8', deps.document);
    case '/page.js':
      return file('text/javascript; charset=utf-8', deps.script);
    case '/page.css':
      return file('text/css; charset=utf-8', deps.style);
    case '/icon.svg':
      return file('image/svg+xml', deps.icon);
    case '/events':
      return request.method === 'HEAD' ? file(EVENTS, '') : { status: 503 };
    case '/log':
      return logAnswer(request, deps);
    default:
      return outputAnswer(path, deps);
  }
}

const EVENTS = 'text/event-stream; charset=utf-8';

const file = (type: string, content: string | Buffer): Answer => ({
  status: 200,
  headers: { 'content-type': type },
  content,
});

function stream(request: IncomingMessage, response: ServerResponse, { stream: events, onReader }: PageDeps): void {
  response.writeHead(200, { 'content-type': EVENTS });
  onReader();
  const id = request.headers['last-event-id'];
  events.add(response, typeof id === 'string' ? id : undefined);
}

function logAnswer(request: IncomingMessage, { log }: PageDeps): Answer {
  const query = new URL(request.url ?? '', 'http://localhost').searchParams;
  const [name, to] = [query.get('file'), Number(query.get('to'))];
  const before = name !== null && Number.isSafeInteger(to) && to >= 0 ? { file: name, to } : undefined;
  const piece = log(query.get('instance') ?? '', before);
  return piece === undefined ? { status: 404 } : file('application/json', JSON.stringify(piece));
}

function outputAnswer(path: string, { output }: PageDeps): Answer {
  const digest = /^\/output\/([0-9a-f]{64})$/.exec(path)?.[1];
  const found = digest === undefined ? undefined : output(digest);
  if (found === undefined) return { status: 404 };
  const { type, policy, bytes } = found;
  return { status: 200, headers: { 'content-type': type, 'content-security-policy': policy }, content: bytes };
}
