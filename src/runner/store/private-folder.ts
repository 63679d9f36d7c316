/** The names of a private folder: digests stand for them, and no error names a file. */
import { createHmac } from 'node:crypto';
import { isSystemError } from '../../util/system-error.ts';
import { readSecretKey } from '../../util/secret-key.ts';
import { UnreadableInputError } from './listing.ts';

/** A name -> 96 bits of its digest under the user's key. */
export async function privateNames(): Promise<(name: string) => string> {
  const secret = await readSecretKey();
  return (name) => createHmac('sha256', secret).update(name).digest('hex').slice(0, 24);
}

/** The error about a file of the folder, told of the folder. */
export function withoutNames(folder: string, error: unknown): unknown {
  if (error instanceof UnreadableInputError)
    return new UnreadableInputError(folder, `It is private, and a file in it cannot be read: ${error.finding}`);
  if (isSystemError(error))
    return new UnreadableInputError(folder, `It is private, and a file in it cannot be read (${error.code}).`);
  return error;
}
