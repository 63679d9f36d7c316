/** A TCP proxy that does harm to one of the next connections: it cuts it, or flips a bit, in one direction. */
import net from 'node:net';

export interface Harm {
  readonly kind: 'cut' | 'flip';
  /** `up`: bytes that the client sends. */
  readonly side: 'up' | 'down';
  /** The byte at which it happens, counted from the next connection on. */
  readonly at: number;
}

export class HarmfulProxy {
  readonly port: number;
  readonly #server: net.Server;
  #harm: Harm | undefined;
  #seen = 0;

  static async start(target: number): Promise<HarmfulProxy> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HarmfulProxy(server, target);
  }

  private constructor(server: net.Server, target: number) {
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
    server.on('connection', (client) => {
      this.#connect(client, target);
    });
  }

  /** Once; then the proxy behaves well. */
  prepare(harm: Harm | undefined): void {
    this.#harm = harm;
    this.#seen = 0;
  }

  stop(): void {
    this.#server.close();
  }

  #connect(client: net.Socket, target: number): void {
    const server = net.connect(target, '127.0.0.1');
    const close = (): void => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    for (const socket of [client, server]) socket.setNoDelay().on('error', close);
    this.#carry(client, server, 'up', close);
    this.#carry(server, client, 'down', close);
  }

  #carry(from: net.Socket, to: net.Socket, side: Harm['side'], close: () => void): void {
    from.on('data', (bytes) => {
      const harm = this.#harm;
      if (harm?.side === side) {
        const at = harm.at - this.#seen;
        this.#seen += bytes.length;
        if (at < bytes.length) {
          this.#harm = undefined;
          if (harm.kind === 'cut') {
            close();
            return;
          }
          bytes[at] = (bytes[at] ?? 0) ^ 1;
        }
      }
      if (to.destroyed || to.write(bytes)) return;
      from.pause();
      to.once('drain', () => {
        from.resume();
      });
    });
    from.on('end', () => to.end());
    from.on('close', () => {
      to.destroySoon();
    });
  }
}
