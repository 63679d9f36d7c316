/** The location of an added XLA. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { enginesFolder } from '../../installation/engines-folder.ts';
import { XLA_PARTS, type XlaVariant } from './parts.ts';

/** Those for GPUs first. */
export const XLA_VARIANTS = ['cuda13', 'cuda12', 'cpu'] as const satisfies readonly XlaVariant[];

export const xlaFolder = (variant: XlaVariant): string =>
  path.join(enginesFolder(), `xla-${XLA_PARTS[variant].version}-${variant}`);

export interface FoundXla {
  readonly variant: XlaVariant;
  /** Absolute. */
  readonly folder: string;
  readonly plugin: string;
  readonly forGpus: boolean;
}

/** The added engine, one for GPUs first, or one of the given variants. */
export function findXla(variants: readonly XlaVariant[] = XLA_VARIANTS): FoundXla | undefined {
  for (const variant of variants) {
    const folder = xlaFolder(variant);
    const plugin = path.join(folder, XLA_PARTS[variant].plugin);
    if (existsSync(plugin)) return { variant, folder, plugin, forGpus: variant !== 'cpu' };
  }
  return undefined;
}
