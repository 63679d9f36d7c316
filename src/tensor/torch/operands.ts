/** The operands of an opcode in a pickle: numbers and texts. Each is read only if the bytes reach that far. */
import type { Refuse } from './error.ts';

export class Operands {
  at = 0;
  private readonly bytes: Buffer;
  private readonly refuse: Refuse;

  constructor(bytes: Uint8Array, refuse: Refuse) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.refuse = refuse;
  }

  uint8(): number {
    return this.take(1).readUInt8();
  }

  uint16(): number {
    return this.take(2).readUInt16LE();
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  int32(): number {
    return this.take(4).readInt32LE();
  }

  /** Big-endian: the one number in a pickle that is. */
  float64(): number {
    return this.take(8).readDoubleBE();
  }

  /** Two's complement, little-endian, of this number of bytes. A number if it is exact as one. */
  long(length: number): number | bigint {
    const digits = Buffer.from(this.take(length)).reverse().toString('hex');
    const value = BigInt.asIntN(8 * length, digits === '' ? 0n : BigInt(`0x${digits}`));
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  /** Up to the next line feed, which is passed over. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) return this.refuse(`its pickle ends within a name, at byte ${this.bytes.length}. Was it cut short?`);
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  private take(length: number): Buffer {
    if (this.at + length > this.bytes.length)
      return this.refuse(`its pickle ends at byte ${this.bytes.length}, within a value. Was it cut short?`);
    return this.bytes.subarray(this.at, (this.at += length));
  }
}
