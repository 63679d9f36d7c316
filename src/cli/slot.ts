/** Parses the total of a resource, from an option or from the settings. */
import { bytesOf } from '../util/quantity.ts';
import { err, ok, type Result } from '../util/result.ts';

/** The error describes the allowed values. */
export function readSlot(name: string, text: string): Result<readonly [name: string, amount: number], string> {
  if (name === 'gpu') return err('any resource but gpu: CUDA_VISIBLE_DEVICES selects the GPUs');
  if (name === 'jobs') return err('any resource but jobs: use --jobs');
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
    return err('a name of letters, digits, _ and - that begins with a letter');
  const amount = /^\d+(\.\d+)?$/.test(text) ? Number(text) : name === 'memory' ? bytesOf(text) : undefined;
  if (amount === undefined || amount <= 0) return err(name === 'memory' ? 'a size such as 8GiB' : 'a number > 0');
  return ok([name, amount]);
}
