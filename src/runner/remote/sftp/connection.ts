/**
 * One session of SFTP over one process of the system's `ssh`. Requests go out without waiting for the replies before
 * them. So everything that works in `~/.ssh/config` works here: jump hosts, keys, agents, hardware tokens.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { RemoteError } from '../remote-error.ts';
import { lengthPrefixed, PacketReader, REPLY, REQUEST, STATUS, uint32 } from './packets.ts';

export interface Reply {
  readonly type: number;
  readonly body: PacketReader;
}

/** A reply with a status that is no success. */
export class SftpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'SftpError';
    this.status = status;
  }
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** No answer for as long: the connection is dead. */
const SILENCE_MS = 60_000;

export class SftpConnection {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  readonly #name: string;
  readonly #onGreeting: (text: string) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  #next = 1;
  #complaints = '';
  #fault: RemoteError | undefined;
  #greeting: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  /** Names of extensions of the server. */
  readonly extensions = new Set<string>();

  /**
   * @param command the program and its words
   * @param onGreeting called with text that the server printed before its first reply
   */
  static async open(
    command: readonly [string, ...string[]],
    name: string,
    onGreeting: (text: string) => void,
  ): Promise<SftpConnection> {
    const connection = new SftpConnection(command, name, onGreeting);
    await connection.#greet();
    return connection;
  }

  private constructor(
    [program, ...words]: readonly [string, ...string[]],
    name: string,
    onGreeting: (text: string) => void,
  ) {
    this.#name = name;
    this.#onGreeting = onGreeting;
    this.#child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString()).slice(-4000);
    });
    this.#child.stdin.on('error', () => undefined); // the end of the process says why
    this.#child.on('error', (error) => {
      this.#fail(new RemoteError(`${program} cannot be started: ${error.message}`, { remedy: 'Install OpenSSH.' }));
    });
    this.#child.on('close', (code) => {
      this.#fail(endedError(this.#name, code, this.#complaints));
    });
  }

  get isOpen(): boolean {
    return this.#fault === undefined;
  }

  /** Throws SftpError for a status that is no success, RemoteError if the connection is lost. */
  async request(type: number, ...fields: readonly Uint8Array[]): Promise<Reply> {
    if (this.#fault) throw this.#fault;
    const id = this.#next++;
    const length = fields.reduce((sum, field) => sum + field.length, 5);
    const head = Buffer.concat([uint32(length), Buffer.from([type]), uint32(id)]);
    const reply = new Promise<Reply>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#watch();
    let isDrained = this.#child.stdin.write(head);
    for (const field of fields) isDrained = this.#child.stdin.write(field) && isDrained;
    if (!isDrained && this.isOpen) await Promise.race([this.#drained(), reply]);
    return reply;
  }

  close(): Promise<void> {
    if (this.#fault) return Promise.resolve();
    clearTimeout(this.#timer);
    this.#child.stdin.end();
    return new Promise((resolve) => {
      const kill = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
      this.#child.once('close', () => {
        clearTimeout(kill);
        resolve();
      });
    });
  }

  #drained(): Promise<void> {
    this.#draining ??= new Promise((resolve) =>
      this.#child.stdin.once('drain', () => {
        this.#draining = undefined;
        resolve();
      }),
    );
    return this.#draining;
  }

  #greet(): Promise<Reply> {
    const version = new Promise<Reply>((resolve, reject) => {
      this.#greeting = { resolve, reject };
    });
    this.#child.stdin.write(Buffer.concat([uint32(5), Buffer.from([REQUEST.init]), uint32(3)]));
    return version;
  }

  /** Silence while a reply is due ends the connection: a stalled network would hang for ever. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#fail(new RemoteError(`${this.#name} has not answered for ${SILENCE_MS / 1000} s`, { transient: true }));
      this.#child.kill('SIGKILL');
    }, SILENCE_MS);
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#watch();
    if (this.#greeting && !this.#readVersion()) return;
    while (this.#length >= 4) {
      const length = this.#peek(4).readUInt32BE();
      if (this.#length < 4 + length) return;
      this.#take(4);
      this.#dispatch(this.#take(length));
    }
  }

  /** A `.bashrc` or a banner may print before the first reply: that text is skipped. */
  #readVersion(): boolean {
    const all = this.#peek(this.#length);
    for (let at = 0; at + 9 <= all.length; at++) {
      const length = all.readUInt32BE(at);
      if (all[at + 4] !== REPLY.version || all.readUInt32BE(at + 5) !== 3 || length < 5 || length > 10_000) continue;
      if (all.length < at + 4 + length) return false;
      if (at > 0) this.#onGreeting(this.#take(at).toString('utf8'));
      this.#take(4);
      const body = new PacketReader(this.#take(length).subarray(5));
      while (!body.isAtEnd) {
        this.extensions.add(body.text());
        body.bytes();
      }
      const greeting = this.#greeting;
      this.#greeting = undefined;
      greeting?.resolve({ type: REPLY.version, body });
      return true;
    }
    return false;
  }

  #dispatch(packet: Buffer): void {
    const [type = 0, id] = [packet[0], packet.readUInt32BE(1)];
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#watch();
    const body = new PacketReader(packet.subarray(5));
    if (type !== REPLY.status) waiting?.resolve({ type, body });
    else {
      const status = body.uint32();
      if (status === STATUS.ok) waiting?.resolve({ type, body });
      else waiting?.reject(new SftpError(status, body.isAtEnd ? '' : body.text()));
    }
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks;
    if (first === undefined || first.length < length) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]?.subarray(0, length) ?? Buffer.alloc(0);
  }

  #take(length: number): Buffer {
    const taken = this.#peek(length);
    const rest = this.#chunks[0]?.subarray(length);
    if (rest === undefined || rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    this.#length -= length;
    return taken;
  }

  #fail(fault: RemoteError): void {
    this.#fault ??= fault;
    clearTimeout(this.#timer);
    this.#greeting?.reject(this.#fault);
    this.#greeting = undefined;
    for (const { reject } of this.#waiting.values()) reject(this.#fault);
    this.#waiting.clear();
  }
}

/** 255 is also the exit code of a lost connection. A refused key or host is no reason to try again. */
function endedError(name: string, code: number | null, complaints: string): RemoteError {
  const lines = complaints.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(-1) ?? `ssh ended with ${code ?? 'a signal'}`;
  if (/Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No .* host key is known/.test(complaints))
    return new RemoteError(`${name}: the key of the host is not known, or another one`, {
      remedy: `Connect once with ssh, and compare the key.`,
    });
  if (complaints.includes('Permission denied'))
    return new RemoteError(`${name}: ssh: ${last}`, {
      remedy: 'The same login must work with ssh: keys and agent are those of ssh.',
    });
  if (/Could not resolve hostname|subsystem request failed/.test(complaints))
    return new RemoteError(`${name}: ssh: ${last}`, {
      remedy: 'Correct the host of the remote, or its ~/.ssh/config.',
    });
  return new RemoteError(`${name}: the connection ended: ${last}`, { transient: true });
}

export const extension = (name: string, ...fields: readonly Uint8Array[]): Uint8Array[] => [
  lengthPrefixed(name),
  ...fields,
];
