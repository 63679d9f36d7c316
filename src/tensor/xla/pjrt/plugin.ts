/** A PJRT plugin: a shared library that compiles and runs programs, called through koffi without any code of C. */
import koffi from 'koffi';
import { loadLibrary } from '../../load-library.ts';
import {
  FUNCTIONS,
  FUNCTIONS_OFFSET,
  OLDEST_MINOR,
  structure,
  VERSION_OFFSET,
  wordOf,
  type FieldOf,
  type FunctionName,
  type Word,
} from './api.ts';

/** An address in the plugin's memory: something that it owns, until the function that destroys it is called. */
export type Handle = bigint & { readonly brand: unique symbol };

/** An error that the plugin reports, with its code (PJRT_Error_Code). */
export class PjrtError extends Error {
  override readonly name = 'PjrtError';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

// XLA's compiler recurses deeply, and koffi gives every call a stack of its own: by default 1 MiB, in threads 256 KiB.
koffi.config({ sync_stack_size: 16 * 2 ** 20, async_stack_size: 16 * 2 ** 20 });

const CALL = koffi.proto('uint64_t', ['void *']);
const DELETER = koffi.proto('void', ['uint64_t']);

/** A function of the plugin, for a call in this thread or in one of libuv's. */
type Callable = ((args: BigUint64Array) => number | bigint) & {
  async(args: BigUint64Array, done: (failure: unknown, error: number | bigint) => void): void;
};

/** Results of a call: its structure after it. */
export interface Called<F extends FunctionName> {
  /** A number that fits into 53 bits. */
  readonly number: (field: FieldOf<F>) => number;
  /** A truth, which takes one byte. */
  readonly truth: (field: FieldOf<F>) => boolean;
  readonly handle: (field: FieldOf<F>) => Handle;
}

/** By file. */
const loaded = new Map<string, Plugin>();

/**
 * Loads a plugin, once in a process. Throws where it cannot be loaded, or is of another version. @param file absolute
 */
export function loadPlugin(file: string): Plugin {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const plugin = new Plugin(file);
  loaded.set(file, plugin);
  return plugin;
}

export class Plugin {
  /** The version of the API, for example `0.116`. */
  readonly version: string;
  readonly #api: unknown;
  readonly #functions = new Map<FunctionName, Callable>();
  /** Arrays whose addresses a call holds: reachable, so not collected, until it has returned. */
  readonly #lent = new Set<readonly ArrayBufferView[]>();

  constructor(file: string) {
    this.#api = (loadLibrary(file).func('void *GetPjrtApi()') as () => unknown)();
    const [major, minor] = [VERSION_OFFSET, VERSION_OFFSET + 4].map(
      (at) => koffi.decode(this.#api, at, 'int') as number,
    );
    this.version = `${major}.${minor}`;
    if (major !== 0 || (minor ?? 0) < OLDEST_MINOR)
      throw new Error(`${file} has version ${this.version} of the PJRT API; 0.${OLDEST_MINOR} or later is expected`);
    this.call('Plugin_Initialize', {});
  }

  /** Throws PjrtError. `held`: arrays whose addresses are among the fields. */
  call<F extends FunctionName>(
    name: F,
    fields: Readonly<Partial<Record<FieldOf<F>, Word>>>,
    ...held: readonly ArrayBufferView[]
  ): Called<F> {
    const args = structureOf(name, fields);
    this.#lent.add(held);
    try {
      this.#throwIf(this.#function(name)(args));
      return resultsOf(name, args);
    } finally {
      this.#lent.delete(held);
    }
  }

  /** The same in a thread of libuv's pool; this thread goes on. */
  async callApart<F extends FunctionName>(
    name: F,
    fields: Readonly<Partial<Record<FieldOf<F>, Word>>>,
    ...held: readonly ArrayBufferView[]
  ): Promise<Called<F>> {
    const args = structureOf(name, fields);
    const lent = [args, ...held];
    this.#lent.add(lent);
    try {
      const error = await new Promise<number | bigint>((resolve, reject) => {
        this.#function(name).async(args, (failure, found) => {
          if (failure) reject(failure instanceof Error ? failure : new Error('Internal error: koffi calls nothing.'));
          else resolve(found);
        });
      });
      this.#throwIf(error);
      return resultsOf(name, args);
    } finally {
      this.#lent.delete(lent);
    }
  }

  /** Calls a function that the plugin gave the address of. */
  callAddress(address: Handle, argument: Handle): void {
    (koffi.decode(address, DELETER) as (argument: Handle) => void)(argument);
  }

  #function(name: FunctionName): Callable {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const address: unknown = koffi.decode(this.#api, FUNCTIONS_OFFSET + 8 * FUNCTIONS[name].slot, 'void *');
    if (address === null) throw new PjrtError(`the plugin lacks the function ${name}`, 0);
    const found = koffi.decode(address, CALL) as Callable;
    this.#functions.set(name, found);
    return found;
  }

  #throwIf(error: number | bigint): void {
    if (Number(error) === 0) return;
    const handle = BigInt(error);
    const said = structureOf('Error_Message', { error: handle });
    this.#function('Error_Message')(said);
    const { handle: at, number: size } = resultsOf('Error_Message', said);
    const message = textAt(at('message'), size('message_size'));
    const code = structureOf('Error_GetCode', { error: handle });
    this.#function('Error_GetCode')(code);
    this.#function('Error_Destroy')(structureOf('Error_Destroy', { error: handle }));
    // An enumeration of 32 bits.
    throw new PjrtError(message, resultsOf('Error_GetCode', code).number('code') & 0xff);
  }
}

const structureOf = <F extends FunctionName>(
  name: F,
  fields: Readonly<Partial<Record<FieldOf<F>, Word>>>,
): BigUint64Array => structure<string>(FUNCTIONS[name], fields);

function resultsOf<F extends FunctionName>(name: F, args: BigUint64Array): Called<F> {
  const word = (field: FieldOf<F>): bigint => args[wordOf(FUNCTIONS[name].fields, field)] ?? 0n;
  return {
    number: (field) => Number(word(field)),
    truth: (field) => word(field) % 256n !== 0n,
    handle: (field) => word(field) as Handle,
  };
}

/** The address of an array's memory, which does not move while the array is reachable. */
export const addressOf = (array: ArrayBufferView): bigint => (array.byteLength === 0 ? 0n : koffi.address(array));

/** A copy of bytes in the plugin's memory. */
export const bytesAt = (address: Handle, length: number): Buffer =>
  length === 0 ? Buffer.alloc(0) : Buffer.from(koffi.view(address, length).slice(0));

export const textAt = (address: Handle, length: number): string => bytesAt(address, length).toString();

/** The handles in an array of the plugin's. */
export const handlesAt = (address: Handle, count: number): Handle[] =>
  count === 0 ? [] : (Array.from(new BigUint64Array(koffi.view(address, 8 * count).slice(0))) as Handle[]);
