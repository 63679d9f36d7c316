/**
 * One device of a plugin: memory on it, and programs that run there.
 *
 * The caller owns buffers, programs and the client, and frees each once. Long calls run in threads of libuv's pool, so
 * that this thread reads and decodes meanwhile.
 */
import { sizeOf, type HostTensor, type TensorSpec } from '../../host-tensor.ts';
import type { Numbers } from '../../graph/node.ts';
import { ELEMENT_TYPES, IMMUTABLE_UNTIL_TRANSFER_COMPLETES, structure, STRUCTURES } from './api.ts';
import { compileOptions, type XlaFlags } from './compile-options.ts';
import { namedValues, type NamedOptions } from './named-values.ts';
import { addressOf, bytesAt, handlesAt, textAt, type Handle, type Plugin } from './plugin.ts';

/**
 * A buffer in the device's memory, and the end of the copy to it: until then the array that it came from must not
 * change.
 */
export interface SentBuffer {
  readonly buffer: Handle;
  readonly copied: Handle;
}

/** Bytes of the device's memory that a program takes while it runs. */
export interface ProgramMemory {
  readonly code: number;
  readonly inputs: number;
  readonly outputs: number;
  /** The part of the outputs that takes the place of inputs. */
  readonly reused: number;
  readonly temporary: number;
}

/** The device's memory in bytes, as far as the plugin counts it. */
export interface DeviceMemory {
  readonly used: number;
  readonly peak: number | undefined;
  readonly limit: number | undefined;
}

export class PjrtClient {
  readonly plugin: Plugin;
  /** For example `NVIDIA H200`. */
  readonly deviceKind: string;
  /** For example `cuda 12090`. */
  readonly platformVersion: string;
  readonly #client: Handle;
  readonly #device: Handle;

  /** Uses the first device that the plugin lists. Throws PjrtError where there is none. */
  constructor(plugin: Plugin, options: NamedOptions) {
    this.plugin = plugin;
    const { address, count, held } = namedValues(options);
    const created = plugin.call('Client_Create', { create_options: address, num_options: count }, ...held);
    this.#client = created.handle('client');
    const devices = plugin.call('Client_AddressableDevices', { client: this.#client });
    const [device] = handlesAt(devices.handle('addressable_devices'), devices.number('num_addressable_devices'));
    if (device === undefined) throw new Error('the plugin lists no device');
    this.#device = device;
    const description = plugin.call('Device_GetDescription', { device }).handle('device_description');
    const kind = plugin.call('DeviceDescription_Kind', { device_description: description });
    this.deviceKind = textAt(kind.handle('device_kind'), kind.number('device_kind_size'));
    const version = plugin.call('Client_PlatformVersion', { client: this.#client });
    this.platformVersion = textAt(version.handle('platform_version'), version.number('platform_version_size'));
  }

  /** Compiles StableHLO, as text. */
  async compile(program: string, flags: XlaFlags): Promise<Handle> {
    const [code, format, options] = [Buffer.from(program), Buffer.from('mlir'), compileOptions(flags)];
    const described = programStructure(code, format);
    const fields = {
      client: this.#client,
      program: addressOf(described),
      compile_options: addressOf(options),
      compile_options_size: options.length,
    };
    const compiled = await this.plugin.callApart('Client_Compile', fields, code, format, options, described);
    return compiled.handle('executable');
  }

  /** A compiled program as bytes that `load` takes, on the same plugin and the same kind of device. */
  serialize(program: Handle): Buffer {
    return this.#withExecutable(program, (executable) => serialized(this.plugin, executable));
  }

  async load(bytes: Buffer): Promise<Handle> {
    const fields = {
      client: this.#client,
      serialized_executable: addressOf(bytes),
      serialized_executable_size: bytes.length,
    };
    return (await this.plugin.callApart('Executable_DeserializeAndLoad', fields, bytes)).handle('loaded_executable');
  }

  memoryOf(program: Handle): ProgramMemory {
    return this.#withExecutable(program, (executable) => {
      const { number } = this.plugin.call('Executable_GetCompiledMemoryStats', { executable });
      return {
        code: number('generated_code_size_in_bytes'),
        inputs: number('argument_size_in_bytes'),
        outputs: number('output_size_in_bytes'),
        reused: number('alias_size_in_bytes'),
        temporary: number('temp_size_in_bytes'),
      };
    });
  }

  /** Begins to copy a tensor to the device. */
  send({ dtype, shape, data }: HostTensor): SentBuffer {
    const sides = BigInt64Array.from(shape, BigInt);
    const fields = {
      client: this.#client,
      data: addressOf(data),
      type: ELEMENT_TYPES[dtype],
      dims: addressOf(sides),
      num_dims: shape.length,
      host_buffer_semantics: IMMUTABLE_UNTIL_TRANSFER_COMPLETES,
      device: this.#device,
    };
    const sent = this.plugin.call('Client_BufferFromHostBuffer', fields, sides, data);
    return { buffer: sent.handle('buffer'), copied: sent.handle('done_with_host_buffer') };
  }

  /** Copies a buffer from the device. */
  async fetch(buffer: Handle, { dtype, shape }: TensorSpec): Promise<HostTensor> {
    const data = emptyArray(dtype, sizeOf(shape));
    const tensor = { dtype, shape: [...shape], data } as HostTensor;
    if (data.length === 0) return tensor;
    const fields = { src: buffer, dst: addressOf(data), dst_size: data.byteLength };
    const copied = this.plugin.call('Buffer_ToHostBuffer', fields, data).handle('event');
    await this.wait(copied, data);
    return tensor;
  }

  /**
   * Starts a program with one result for each of `outputs`. Donated inputs are consumed, once it has started. The
   * results may be used at once; `done` is the event of its end, and of its failure.
   */
  async execute(
    program: Handle,
    inputs: readonly Handle[],
    outputs: number,
  ): Promise<{ readonly results: Handle[]; readonly done: Handle }> {
    const [list, results, events] = [BigUint64Array.from(inputs), new BigUint64Array(outputs), new BigUint64Array(1)];
    const options = structure<string>(STRUCTURES.ExecuteOptions, {});
    // One list for each device; the address of an empty one is not looked at.
    const [lists, places] = [BigUint64Array.of(addressOf(list)), BigUint64Array.of(addressOf(results))];
    const fields = {
      executable: program,
      options: addressOf(options),
      argument_lists: addressOf(lists),
      num_devices: 1,
      num_args: inputs.length,
      output_lists: addressOf(places),
      device_complete_events: addressOf(events),
    };
    await this.plugin.callApart('LoadedExecutable_Execute', fields, list, results, events, options, lists, places);
    return { results: Array.from(results) as Handle[], done: events[0] as Handle };
  }

  /** Resolves when an event has come, and frees it. @param held an array that the plugin writes or reads until then */
  async wait(event: Handle, ...held: readonly ArrayBufferView[]): Promise<void> {
    if (event === 0n) return;
    try {
      const isReady = this.plugin.call('Event_IsReady', { event }).truth('is_ready');
      // The error of an event that has come is told by the same function.
      if (isReady) this.plugin.call('Event_Await', { event }, ...held);
      else await this.plugin.callApart('Event_Await', { event }, ...held);
    } finally {
      this.plugin.call('Event_Destroy', { event });
    }
  }

  memory(): DeviceMemory {
    const { number, truth } = this.plugin.call('Device_MemoryStats', { device: this.#device });
    return {
      used: number('bytes_in_use'),
      peak: truth('peak_bytes_in_use_is_set') ? number('peak_bytes_in_use') : undefined,
      limit: truth('bytes_limit_is_set') ? number('bytes_limit') : undefined,
    };
  }

  free(buffer: Handle): void {
    this.plugin.call('Buffer_Destroy', { buffer });
  }

  unload(program: Handle): void {
    this.plugin.call('LoadedExecutable_Destroy', { executable: program });
  }

  dispose(): void {
    this.plugin.call('Client_Destroy', { client: this.#client });
  }

  #withExecutable<T>(program: Handle, use: (executable: Handle) => T): T {
    const found = this.plugin.call('LoadedExecutable_GetExecutable', { loaded_executable: program });
    const executable = found.handle('executable');
    try {
      return use(executable);
    } finally {
      this.plugin.call('Executable_Destroy', { executable });
    }
  }
}

/** PJRT_Program */
export const programStructure = (code: Buffer, format: Buffer): BigUint64Array =>
  structure(STRUCTURES.Program, {
    code: addressOf(code),
    code_size: code.length,
    format: addressOf(format),
    format_size: format.length,
  });

/** A copy of what the plugin made. */
export function serialized(plugin: Plugin, executable: Handle): Buffer {
  const made = plugin.call('Executable_Serialize', { executable });
  try {
    return bytesAt(made.handle('serialized_bytes'), made.number('serialized_bytes_size'));
  } finally {
    plugin.callAddress(made.handle('serialized_executable_deleter'), made.handle('serialized_executable'));
  }
}

function emptyArray(dtype: TensorSpec['dtype'], size: number): Numbers {
  if (dtype === 'float32') return new Float32Array(size);
  return dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
}
