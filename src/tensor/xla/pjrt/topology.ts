/** Compiles for a device that is not there: only its description is needed, and the compiler of the plugin. */
import { structure, STRUCTURES } from './api.ts';
import { programStructure } from './client.ts';
import { compileOptions, type XlaFlags } from './compile-options.ts';
import { namedValues } from './named-values.ts';
import { addressOf, type Handle, type Plugin } from './plugin.ts';

/**
 * Returns the optimized program, as a message HloModuleProtoWithConfig (xla/service/hlo.proto). Throws PjrtError.
 * @param card what the plugin must know of the device (xla/stream_executor/device_description.proto, as text)
 */
export async function compileAhead(plugin: Plugin, card: string, program: string, flags: XlaFlags): Promise<Buffer> {
  const name = Buffer.from('card');
  const { address, count, held } = namedValues({ topology: '1x1x1', target_config: card });
  const fields = {
    topology_name: addressOf(name),
    topology_name_size: name.length,
    create_options: address,
    num_options: count,
  };
  const topology = plugin.call('TopologyDescription_Create', fields, name, ...held).handle('topology');
  try {
    return await compileFor(plugin, topology, program, flags);
  } finally {
    plugin.call('TopologyDescription_Destroy', { topology });
  }
}

async function compileFor(plugin: Plugin, topology: Handle, program: string, flags: XlaFlags): Promise<Buffer> {
  const [code, format, options] = [Buffer.from(program), Buffer.from('mlir'), compileOptions(flags)];
  const described = programStructure(code, format);
  const fields = {
    topology,
    program: addressOf(described),
    compile_options: addressOf(options),
    compile_options_size: options.length,
  };
  const compiled = await plugin.callApart('Compile', fields, code, format, options, described);
  const executable = compiled.handle('executable');
  try {
    return optimizedProgram(plugin, executable);
  } finally {
    plugin.call('Executable_Destroy', { executable });
  }
}

/** Asked twice: for its size, and with memory to write it to. */
function optimizedProgram(plugin: Plugin, executable: Handle): Buffer {
  const program = structure<string>(STRUCTURES.Program, {});
  const ask = (): unknown =>
    plugin.call('Executable_OptimizedProgram', { executable, program: addressOf(program) }, program);
  ask();
  const code = Buffer.alloc(Number(program[3]));
  program[2] = addressOf(code);
  ask();
  return code;
}
