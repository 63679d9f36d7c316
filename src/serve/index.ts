/** The live page: a server on this machine's loopback address that shows the studies on a store. It only reads. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { builtFile } from '../util/built-file.ts';
import { err, ok, type Result } from '../util/result.ts';
import { isSystemError } from '../util/system-error.ts';
import { newToken } from './access.ts';
import { DOCUMENT, ICON } from './document.ts';
import { EventStream } from './event-stream.ts';
import { LiveStudies, type StudiesDeps } from './live-studies.ts';
import { readLogPiece } from './log-piece.ts';
import { MachineHistory } from './machine-history.ts';
import { createPageServer } from './page-server.ts';
import { serveFile } from './shown-output.ts';
import { PAGE_STYLE } from './style.ts';
import { VersionedParts } from './versioned-parts.ts';

export type { Look } from './live-studies.ts';

export interface ServeWish extends Omit<StudiesDeps, 'parts' | 'now'> {
  /** 0: any free one. */
  readonly port: number;
  readonly version: string;
}

export interface PageAddress {
  /** With the token. */
  readonly url: string;
  readonly port: number;
  close(): void;
}

/** Between two looks at the store, while somebody reads the page. */
const UPDATE_MS = 1000;
/** A plan that is older is made anew for a new reader: code and data may have changed, which costs a look to notice. */
const OLD_PLAN_MS = 30_000;

/** The error is that of the system: the port is taken, for example. */
export async function serveStudies({
  port,
  version,
  ...wish
}: ServeWish): Promise<Result<PageAddress, NodeJS.ErrnoException>> {
  const token = newToken();
  const parts = new VersionedParts();
  const now = Date.now;
  const studies = new LiveStudies({ ...wish, parts, now });
  const stream = new EventStream(parts, now);
  const machine = new MachineHistory(now);
  parts.set('head', { version, host: machine.host });
  let looked = now();
  const update = (): void => {
    studies.update();
    const load = machine.update();
    if (load !== undefined) parts.set('machine', load);
    stream.push();
  };
  const server = createPageServer({
    ...{ token, stream, document: DOCUMENT, style: PAGE_STYLE, icon: ICON },
    script: readFileSync(builtFile('serve/page.js'), 'utf8'),
    log: (instance, before) => {
      const id = studies.instanceOf(instance);
      return id === undefined ? undefined : readLogPiece(wish.storeFolder, id, before);
    },
    output: (digest) => {
      const file = studies.shownFile(digest);
      return file === undefined ? undefined : serveFile(wish.storeFolder, file);
    },
    onReader: () => {
      if (now() - looked > OLD_PLAN_MS) {
        looked = now();
        void studies.look();
      }
      update();
    },
  });
  const listening = await listen(server, port);
  if (!listening.ok) return listening;
  void studies.look();
  const timer = setInterval(() => {
    if (stream.readers > 0) update();
    else machine.rest();
  }, UPDATE_MS);
  return ok({
    url: `http://127.0.0.1:${listening.value}/${token}/`,
    port: listening.value,
    close() {
      clearInterval(timer);
      machine.rest();
      stream.end();
      server.close();
      server.closeAllConnections();
    },
  });
}

function listen(
  server: ReturnType<typeof createPageServer>,
  port: number,
): Promise<Result<number, NodeJS.ErrnoException>> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (isSystemError(error)) resolve(err(error));
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(ok((server.address() as AddressInfo).port));
    });
  });
}
