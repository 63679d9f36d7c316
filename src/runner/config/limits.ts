/** Reads the limits of a stage from nodes that passed the schema: timeout, retries, resources, environment. */
import { bytesOf, millisecondsOf } from '../../util/quantity.ts';
import type { Retries } from '../pipeline.ts';
import { child, isTrue, itemsOf, membersOf, numberOf, textOf, type ConfigNode } from './tree.ts';

const NO_RETRIES: Retries = { limit: 0, delayMs: 0 };
const FIRST_DELAY_MS = 1000;

export function timeoutOf(node: ConfigNode | undefined): { readonly timeoutMs?: number } {
  return node === undefined ? {} : { timeoutMs: durationMs(node) };
}

/** The duration of a text such as `1h 30m`, or of a number of seconds. */
function durationMs(node: ConfigNode): number {
  const seconds = numberOf(node);
  return seconds === undefined ? (millisecondsOf(textOf(node) ?? '') ?? unread(node)) : Math.round(seconds * 1000);
}

export function retriesOf(node: ConfigNode | undefined): Retries {
  if (node === undefined) return NO_RETRIES;
  const limit = numberOf(node) ?? numberOf(child(node, 'limit')) ?? 0;
  const delay = child(node, 'delay');
  const on = child(node, 'on');
  return {
    limit,
    delayMs: delay === undefined ? FIRST_DELAY_MS : durationMs(delay),
    ...(on === undefined ? {} : { on: itemsOf(on).flatMap((item) => numberOf(item) ?? []) }),
  };
}

/** Memory in bytes, everything else as it is. */
export function resourcesOf(node: ConfigNode | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(
    membersOf(node).map(([name, { value }]) => [
      name,
      numberOf(value) ?? bytesOf(textOf(value) ?? '') ?? unread(value),
    ]),
  );
}

function unread(node: ConfigNode): never {
  throw new Error(`Internal error: ${JSON.stringify(textOf(node))} passed the schema and is no quantity.`);
}

/** Declared variables, and those whose values are secret. */
export function environmentOf(node: ConfigNode | undefined): {
  readonly env: readonly string[];
  readonly secrets: readonly string[];
} {
  const variables = itemsOf(node).map((item) => ({
    name: textOf(item) ?? textOf(child(item, 'name')) ?? '',
    secret: isTrue(child(item, 'secret')),
  }));
  const names = (secret: boolean) => [
    ...new Set(variables.filter((variable) => variable.secret === secret).map(({ name }) => name)),
  ];
  return { env: names(false), secrets: names(true) };
}
