/** Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02), which every server of OpenSSH speaks. */
export const REQUEST = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  openFolder: 11,
  readFolder: 12,
  remove: 13,
  makeFolder: 14,
  stat: 17,
  rename: 18,
  extended: 200,
} as const;

export const REPLY = { version: 2, status: 101, handle: 102, data: 103, name: 104, attributes: 105 } as const;

/** Codes of a status reply. */
export const STATUS = { ok: 0, endOfFile: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

export const OPEN = { read: 0x1, write: 0x2, create: 0x8, exclusive: 0x20 } as const;

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

/** A text or bytes, after their length. */
export function lengthPrefixed(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

export const NO_ATTRIBUTES = uint32(0);
export const permissions = (mode: number): Buffer => Buffer.concat([uint32(0x4), uint32(mode)]);

export interface Attributes {
  readonly bytes: number;
  readonly isFolder: boolean;
  readonly modifiedMs: number;
  readonly mode: number;
}

/** Reads fields from a reply, one after the other. */
export class PacketReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  uint64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigUInt64BE(this.#at - 8));
  }

  bytes(): Buffer {
    const length = this.uint32();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  attributes(): Attributes {
    const flags = this.uint32();
    const bytes = flags & 0x1 ? this.uint64() : 0;
    if (flags & 0x2) this.#at += 8; // owner and group
    const mode = flags & 0x4 ? this.uint32() : 0;
    if (flags & 0x8) this.#at += 4; // time of access
    const modifiedMs = flags & 0x8 ? this.uint32() * 1000 : 0;
    for (let left = flags & 0x80000000 ? this.uint32() : 0; left > 0; left--) {
      this.bytes();
      this.bytes();
    }
    return { bytes, isFolder: (mode & 0o170000) === 0o040000, modifiedMs, mode: mode & 0o7777 };
  }
}
