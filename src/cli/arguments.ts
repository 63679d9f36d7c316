/** Parsers of option values for commander. */
import { InvalidArgumentError } from 'commander';
import type { Amounts } from '../runner/resources/slots.ts';
import { readSlot } from './slot.ts';

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected an integer >= 1.');
  return value;
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('Expected an integer from 1 to 65535.');
  return value;
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Expected a number >= 0.');
  return value;
}

/** Collects a repeatable `--set key=value`. */
export function assignmentOption(text: string, previous: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('Expected name=value, for instance pretrain.epochs=10.');
  return [...previous, text];
}

/** Collects a repeatable option. */
export const repeatedOption = (text: string, previous: readonly string[] = []): readonly string[] => [
  ...previous,
  text,
];

/** Collects a repeatable `--slots name=amount`. */
export function slotOption(text: string, previous: Amounts = {}): Amounts {
  const [, name = '', amount = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  const read = readSlot(name, amount);
  if (!read.ok) throw new InvalidArgumentError(`Expected name=amount with ${read.error}.`);
  return { ...previous, [read.value[0]]: read.value[1] };
}
