/** Reads the live page as a browser does, and as an attacker would: HTTP with any header. */
import http from 'node:http';
import { onTestFinished } from 'vitest';
import type { Project } from './rig.test-support.ts';

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** The page, by a port of this machine. */
interface Reader {
  /** `path` is that behind the token; with `raw`, the whole path. */
  get(path: string, wish?: Wish): Promise<Reply>;
  events(lastEventId?: string): Promise<Events>;
}

export interface Served extends Reader {
  readonly port: number;
  readonly token: string;
  readonly pid: number;
  /** @param port one that leads to the server */
  through(port: number): Reader;
  stop(): Promise<void>;
}

interface Wish {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: true;
}

export type Part = Readonly<Record<string, unknown>>;

/** The stream, and the state that it has told so far. */
export interface Events {
  readonly parts: Map<string, Part>;
  /** Of the events: `state` or `change`. */
  readonly kinds: readonly string[];
  readonly lastId: string;
  /** Waits until the state is so. */
  until(what: string, condition: (parts: ReadonlyMap<string, Part>) => boolean): Promise<void>;
  close(): void;
}

export async function serve(project: Project, ...words: string[]): Promise<Served> {
  const command = project.start(['serve', ...words]);
  const url = new URL(await command.printsLine(/^http:/));
  const [port, token] = [Number(url.port), url.pathname.slice(1, -1)];
  const through = (at: number): Reader => ({
    get: (path, wish = {}) => request(at, wish.raw ? path : `/${token}/${path}`, wish),
    events: (lastEventId) => listen(at, `/${token}/events`, lastEventId),
  });
  return {
    ...{ port, token, pid: command.pid, through },
    ...through(port),
    async stop() {
      command.signal('SIGINT');
      await command.ended;
    },
  };
}

function request(port: number, path: string, { method = 'GET', headers = {} }: Wish): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (text: string) => (body += text));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

const PATIENCE_MS = 30_000;

function listen(port: number, path: string, lastEventId: string | undefined): Promise<Events> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const told = { parts: new Map<string, Part>(), kinds: [] as string[], lastId: '' };
  let heard = (): void => undefined;
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) take(block, told);
        heard();
      });
    });
    sent.on('error', () => undefined);
    onTestFinished(() => void sent.destroy());
    sent.end();
    const events: Events = {
      parts: told.parts,
      kinds: told.kinds,
      get lastId() {
        return told.lastId;
      },
      until: (what, condition) =>
        new Promise((done, failed) => {
          const timer = setTimeout(() => {
            failed(new Error(`Waited for ${what}. Known: ${JSON.stringify([...told.parts]).slice(0, 4000)}`));
          }, PATIENCE_MS);
          heard = () => {
            if (told.kinds.length === 0 || !condition(told.parts)) return;
            clearTimeout(timer);
            done();
          };
          heard();
        }),
      close: () => void sent.destroy(),
    };
    const timer = setTimeout(() => {
      reject(new Error('The stream says nothing.'));
    }, PATIENCE_MS);
    heard = () => {
      if (told.kinds.length === 0) return;
      clearTimeout(timer);
      resolve(events);
    };
  });
}

function take(block: string, told: { parts: Map<string, Part>; kinds: string[]; lastId: string }): void {
  const fields = new Map(block.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.replace(/^\w+: /, '')]));
  const [kind, data] = [fields.get('event'), fields.get('data')];
  if (kind === undefined || data === undefined) return;
  told.kinds.push(kind);
  told.lastId = fields.get('id') ?? '';
  if (kind === 'state') told.parts.clear();
  const { parts } = JSON.parse(data) as { parts: Record<string, Part | null> };
  for (const [key, part] of Object.entries(parts)) {
    if (part === null) told.parts.delete(key);
    else told.parts.set(key, part);
  }
}
