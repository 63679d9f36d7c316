/** Stores an object and looks at its size. Nothing may name an object that is not whole. */
import { RemoteError } from './remote-error.ts';
import type { RemoteStorage } from './storage.ts';

/**
 * An object of this name has this content, unless it is damaged: then `replaces`. A server whose disk was full may say
 * that it has an object and hold nothing, or a part: such an object is replaced. Throws RemoteError.
 */
export async function putWhole(
  storage: RemoteStorage,
  name: string,
  bytes: Uint8Array,
  { replaces = false } = {},
): Promise<void> {
  await storage.put(name, bytes, { replaces });
  if ((await storage.size(name)) === bytes.length) return;
  await storage.put(name, bytes, { replaces: true });
  const size = await storage.size(name);
  if (size !== bytes.length)
    throw new RemoteError(`${name} has ${size ?? 0} of ${bytes.length} bytes on the remote after it was stored`, {
      remedy: 'Look if the disk there has space, then push again: it continues.',
    });
}
