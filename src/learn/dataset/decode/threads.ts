/** Decoding on every core, in threads that run this module's own bundle. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { decodeImage, type Decode } from './decode.ts';

export interface DecodingThreads {
  /** Rejects when a thread has crashed, which no image may make it do. */
  readonly decode: Decode;
  /** Ends all threads; their pending decodes never settle. */
  close(): Promise<void>;
}

/** At most `count` threads, each started when all before it are busy. One is the caller's own. */
export function decodingThreads(count: number): DecodingThreads {
  if (count === 1) return { decode: decodeImage, close: () => Promise.resolve() };
  const threads: DecodingThread[] = [];
  return {
    decode: (path, size) => {
      let thread = threads.find(({ load }) => load === 0);
      if (thread === undefined && threads.length < count) threads.push((thread = new DecodingThread()));
      thread ??= threads.reduce((least, other) => (other.load < least.load ? other : least));
      return thread.decode(path, size);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

const ROLE = 'decode images';

interface Request {
  readonly id: number;
  readonly path: string;
  readonly size: number;
}

interface Reply {
  readonly id: number;
  readonly image: Awaited<ReturnType<Decode>>;
}

class DecodingThread {
  // With the options of this process, which locate packages (docs/stages.md).
  readonly #worker = new Worker(new URL(import.meta.url), { workerData: ROLE, execArgv: process.execArgv });
  readonly #awaited = new Map<number, { resolve: (image: Reply['image']) => void; reject: (error: Error) => void }>();
  #asked = 0;
  #crash: Error | undefined;

  constructor() {
    this.#worker.on('message', ({ id, image }: Reply) => {
      this.#awaited.get(id)!.resolve(image);
      this.#awaited.delete(id);
    });
    this.#worker.on('error', (error) => {
      this.#crash = error;
      for (const { reject } of this.#awaited.values()) reject(error);
    });
  }

  get load(): number {
    return this.#awaited.size;
  }

  decode: Decode = (path, size) => {
    return new Promise((resolve, reject) => {
      if (this.#crash) throw this.#crash;
      const id = this.#asked++;
      this.#awaited.set(id, { resolve, reject });
      this.#worker.postMessage({ id, path, size } satisfies Request);
    });
  };

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function serve(port: NonNullable<typeof parentPort>): void {
  port.on('message', ({ id, path, size }: Request) => {
    // Not caught: an error here is a bug and ends the thread.
    void decodeImage(path, size).then((image) => {
      port.postMessage({ id, image } satisfies Reply);
    });
  });
}

if (workerData === ROLE) serve(parentPort!);
