/** Options that are more than a word, read from what commander hands over. */
import { InvalidArgumentError } from 'commander';

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

/** Collects a repeatable `--set key=value`. */
export function assignment(text: string, previous: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('It must be written name=value, for instance pretrain.epochs=10.');
  return [...previous, text];
}

/** Collects a repeatable option. */
export const repeated = (text: string, previous: readonly string[] = []): readonly string[] => [...previous, text];
