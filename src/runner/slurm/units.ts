/** Amounts in the units of Slurm. */

export const MEBIBYTE = 1024 * 1024;

export const wholeProcessors = (cpu: number): number => Math.max(1, Math.ceil(cpu));

/** `512M` */
export const mebibytes = (bytes: number): string => `${Math.max(1, Math.ceil(bytes / MEBIBYTE))}M`;
