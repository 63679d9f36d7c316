/**
 * `pipeline engine add xla`: the compiler XLA as a plugin, and NVIDIA's libraries beside it, out of Python packages.
 * Python's pip downloads; no Python runs afterwards, and nothing is compiled here but a training step, to try it.
 */
import { InstallationError } from '../../installation/failure.ts';
import { install, requireAbsent, type InstallOptions } from '../../installation/install.ts';
import type { Part } from '../../installation/part.ts';
import { PIP, requireLinux, requirePrograms } from '../../installation/programs.ts';
import { unpack } from '../../installation/unpack.ts';
import { XLA_PARTS, type XlaVariant } from './parts.ts';
import { findXla, xlaFolder } from './place.ts';

export interface AddXlaOptions extends InstallOptions {
  readonly variant: XlaVariant;
  /**
   * Tries an engine in a folder, in a process of its own: a plugin may end its process. Returns why it does not work.
   */
  readonly tryIn: (folder: string, signal: AbortSignal) => Promise<string | undefined>;
}

/**
 * Returns the folder of the engine. Throws InstallationError; nothing is left of an installation that fails or is
 * interrupted.
 */
export async function addXla({ variant, tryIn, ...options }: AddXlaOptions): Promise<string> {
  const { title, version, parts, room } = XLA_PARTS[variant];
  requireLinux('engine xla');
  const engine = { engine: 'xla', title: `${title} (${version})`, target: xlaFolder(variant) } as const;
  requireAbsent(engine);
  const other = variant === 'cpu' ? undefined : findXla(['cuda12', 'cuda13']);
  if (other !== undefined && other.variant !== variant)
    throw new InstallationError(
      `${XLA_PARTS[other.variant].title} is there already: ${other.folder}`,
      'One for GPUs is enough. To change it: pipeline engine remove xla',
    );
  await requirePrograms(options.from === undefined ? [PIP] : []);
  return install(
    {
      ...engine,
      parts,
      room,
      unpack: (part: Part, file, work, signal) => unpack(file, work, isNeeded, signal),
      complete: async (work, { signal, tell }) => {
        tell('trying it: compiling a training step');
        const failure = await tryIn(work, signal);
        signal.throwIfAborted();
        if (failure !== undefined)
          throw new InstallationError(`${title} does not work on this machine:\n  ${failure}`, 'Nothing was added.');
      },
    },
    options,
  );
}

/** Shared libraries, the assembler for GPUs with its linker, what they need of NVIDIA, and the header of the API. */
const isNeeded = (member: string): boolean =>
  /\.so(\.[\d.]+)?$/.test(member) ||
  /^nvidia\/[^/]+\/bin\/(ptxas|nvlink)$/.test(member) ||
  /^nvidia\/[^/]+\/nvvm\/libdevice\/[^/]+$/.test(member) ||
  member.endsWith('/include/pjrt_c_api.h');
