/**
 * Options of a compilation, as a message CompileOptionsProto (openxla/xla, xla/pjrt/proto/compile_options.proto).
 * Fields: executable_build_options = 3 { num_replicas = 4, num_partitions = 5 }, env_option_overrides = 7, a map from
 * names to OptionOverrideProto { string_field = 1, bool_field = 2, int_field = 3 }.
 */
import { integer, message, text } from '../../../util/protobuf.ts';

/** XLA's own flags (xla/debug_options_flags.cc), for one program. */
export type XlaFlags = Readonly<Record<string, string | number | boolean>>;

export function compileOptions(flags: XlaFlags): Buffer {
  const overrides = Object.entries(flags).map(([name, value]) =>
    message(7, [text(1, name), message(2, [overrideOf(value)])]),
  );
  return Buffer.concat([message(3, [integer(4, 1), integer(5, 1)]), ...overrides]);
}

function overrideOf(value: string | number | boolean): Uint8Array {
  if (typeof value === 'string') return text(1, value);
  return typeof value === 'boolean' ? integer(2, value ? 1 : 0) : integer(3, value);
}
