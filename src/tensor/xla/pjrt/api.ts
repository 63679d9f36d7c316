/**
 * The part of the PJRT C API that the engine calls: slots of functions and fields of structures (openxla/xla,
 * xla/pjrt/c/pjrt_c_api.h, versions 0.81 to 0.116; api.test.ts compares it with the header).
 *
 * Every structure begins with its size and a pointer to extensions. Each field of the structures in this file takes
 * eight bytes: a smaller one is followed by padding. A structure is therefore an array of 64-bit words.
 */

/** The first version whose structures and slots were compared; all later ones only append. */
export const OLDEST_MINOR = 81;

/** `size` of the structure and `extensions`. */
const HEADER_WORDS = 2;

/**
 * In PJRT_Api, before its functions: size, extensions, and the version (size, extensions, two numbers of four bytes).
 */
export const FUNCTIONS_OFFSET = 40;
export const VERSION_OFFSET = 32;

interface ApiFunction {
  /** In the order of PJRT_Api. */
  readonly slot: number;
  /** Fields of its one argument, a structure, after the header; results are among them. */
  readonly fields: readonly string[];
  /** Words that later versions appended. A plugin refuses a structure that is smaller than its own. */
  readonly appended?: number;
}

export const FUNCTIONS = {
  Error_Destroy: { slot: 0, fields: ['error'] },
  Error_Message: { slot: 1, fields: ['error', 'message', 'message_size'] },
  Error_GetCode: { slot: 2, fields: ['error', 'code'] },
  Plugin_Initialize: { slot: 3, fields: [] },
  Event_Destroy: { slot: 5, fields: ['event'] },
  Event_IsReady: { slot: 6, fields: ['event', 'is_ready'] },
  Event_Await: { slot: 8, fields: ['event'] },
  Client_Create: {
    slot: 10,
    fields: [
      'create_options',
      'num_options',
      'kv_get_callback',
      'kv_get_user_arg',
      'kv_put_callback',
      'kv_put_user_arg',
      'client',
      'kv_try_get_callback',
      'kv_try_get_user_arg',
    ],
  },
  Client_Destroy: { slot: 11, fields: ['client'] },
  Client_PlatformVersion: { slot: 14, fields: ['client', 'platform_version', 'platform_version_size'] },
  Client_AddressableDevices: { slot: 16, fields: ['client', 'addressable_devices', 'num_addressable_devices'] },
  Client_Compile: {
    slot: 20,
    fields: ['client', 'program', 'compile_options', 'compile_options_size', 'executable'],
  },
  Client_BufferFromHostBuffer: {
    slot: 22,
    fields: [
      'client',
      'data',
      'type',
      'dims',
      'num_dims',
      'byte_strides',
      'num_byte_strides',
      'host_buffer_semantics',
      'device',
      'memory',
      'device_layout',
      'done_with_host_buffer',
      'buffer',
    ],
  },
  DeviceDescription_Kind: { slot: 26, fields: ['device_description', 'device_kind', 'device_kind_size'] },
  Device_GetDescription: { slot: 29, fields: ['device', 'device_description'] },
  Device_MemoryStats: {
    slot: 34,
    fields: [
      'device',
      'bytes_in_use',
      'peak_bytes_in_use',
      'peak_bytes_in_use_is_set',
      'num_allocs',
      'num_allocs_is_set',
      'largest_alloc_size',
      'largest_alloc_size_is_set',
      'bytes_limit',
      'bytes_limit_is_set',
    ],
    appended: 16,
  },
  Executable_Destroy: { slot: 40, fields: ['executable'] },
  Executable_Serialize: {
    slot: 49,
    fields: [
      'executable',
      'serialized_bytes',
      'serialized_bytes_size',
      'serialized_executable',
      'serialized_executable_deleter',
    ],
  },
  LoadedExecutable_Destroy: { slot: 50, fields: ['executable'] },
  LoadedExecutable_GetExecutable: { slot: 51, fields: ['loaded_executable', 'executable'] },
  LoadedExecutable_Execute: {
    slot: 55,
    fields: [
      'executable',
      'options',
      'argument_lists',
      'num_devices',
      'num_args',
      'output_lists',
      'device_complete_events',
      'execute_device',
    ],
  },
  Executable_DeserializeAndLoad: {
    slot: 56,
    fields: [
      'client',
      'serialized_executable',
      'serialized_executable_size',
      'loaded_executable',
      'overridden_serialized_compile_options',
      'overridden_serialized_compile_options_size',
    ],
    appended: 1,
  },
  Buffer_Destroy: { slot: 58, fields: ['buffer'] },
  Buffer_ToHostBuffer: { slot: 70, fields: ['src', 'host_layout', 'dst', 'dst_size', 'event'] },
  TopologyDescription_Create: {
    slot: 82,
    fields: ['topology_name', 'topology_name_size', 'create_options', 'num_options', 'topology'],
  },
  TopologyDescription_Destroy: { slot: 83, fields: ['topology'] },
  Compile: {
    slot: 89,
    fields: ['topology', 'program', 'compile_options', 'compile_options_size', 'client', 'executable'],
  },
  Executable_OptimizedProgram: { slot: 48, fields: ['executable', 'program'] },
  Executable_GetCompiledMemoryStats: {
    slot: 96,
    fields: [
      'executable',
      'generated_code_size_in_bytes',
      'argument_size_in_bytes',
      'output_size_in_bytes',
      'alias_size_in_bytes',
      'temp_size_in_bytes',
    ],
    appended: 10,
  },
} as const satisfies Record<string, ApiFunction>;

export type FunctionName = keyof typeof FUNCTIONS;
export type FieldOf<F extends FunctionName> = (typeof FUNCTIONS)[F]['fields'][number];

/** Structures that arguments point to. */
export const STRUCTURES = {
  NamedValue: { fields: ['name', 'name_size', 'type', 'value', 'value_size'] },
  Program: { fields: ['code', 'code_size', 'format', 'format_size'] },
  ExecuteOptions: {
    fields: [
      'send_callbacks',
      'recv_callbacks',
      'num_send_ops',
      'num_recv_ops',
      'launch_id',
      'non_donatable_input_indices',
      'num_non_donatable_input_indices',
      'context',
      'call_location',
      'num_tasks',
      'task_ids',
      'incarnation_ids',
    ],
    appended: 4,
  },
} as const satisfies Record<string, Omit<ApiFunction, 'slot'>>;

export type Word = bigint | number;

/** A structure as words: its header, and the fields that are given; all others are 0. */
export function structure<const F extends string>(
  { fields, appended = 0 }: { readonly fields: readonly F[]; readonly appended?: number },
  values: Readonly<Partial<Record<F, Word>>>,
): BigUint64Array {
  const words = new BigUint64Array(HEADER_WORDS + fields.length + appended);
  words[0] = BigInt(words.byteLength);
  for (const [i, field] of fields.entries()) words[HEADER_WORDS + i] = BigInt.asUintN(64, BigInt(values[field] ?? 0));
  return words;
}

/** The number of a field's word in its structure. */
export function wordOf(fields: readonly string[], field: string): number {
  const index = fields.indexOf(field);
  if (index === -1) throw new Error(`Internal error: there is no field "${field}" among ${fields.join(', ')}.`);
  return HEADER_WORDS + index;
}

/** PJRT_Buffer_Type */
export const ELEMENT_TYPES = { bool: 1, int32: 4, uint8: 6, float32: 11 } as const;

/** PJRT_NamedValue_Type */
export const VALUE_TYPES = { string: 0, int64: 1, int64List: 2, float: 3, bool: 4 } as const;

/** PJRT_HostBufferSemantics: the array must stay as it is until the copy is done. */
export const IMMUTABLE_UNTIL_TRANSFER_COMPLETES = 1;

/** PJRT_Error_Code, those that are told apart. */
export const ERROR_CODES = { resourceExhausted: 8, unimplemented: 12 } as const;
