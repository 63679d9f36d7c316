/** Loads shared libraries of Linux. */
import koffi from 'koffi';

export type SharedLibrary = ReturnType<typeof koffi.load>;

/** RTLD_NOW | RTLD_NODELETE (dlfcn.h). */
const NOW_AND_FOREVER = 0x1002;

/**
 * Loads a library for as long as the process lives. koffi alone unloads it when its object is collected, and before the
 * process ends. The library's threads and the functions that it registered for the end would then crash the process.
 * Throws where it cannot be loaded. @param file absolute
 */
export function loadLibrary(file: string): SharedLibrary {
  const library = koffi.load(file);
  const dlopen = koffi.load(null).func('void *dlopen(const char *, int)') as (file: string, flags: number) => unknown;
  if (dlopen(file, NOW_AND_FOREVER) === null) throw new Error(`${file} cannot be kept in memory`);
  return library;
}
