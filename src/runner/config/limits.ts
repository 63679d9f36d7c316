/** Reads the limits of a stage from nodes that passed the schema: timeout, retries, resources, environment. */
import { bytesOf, millisecondsOf } from '../../util/quantity.ts';
import type { Retries } from '../pipeline.ts';
import type { Report } from './report.ts';
import type { Origin } from './source.ts';
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

interface Environment {
  readonly env: readonly string[];
  readonly secrets: readonly string[];
}

/** Declared variables, and those whose values are secret. Undefined when one is listed twice, which is reported. */
export function environmentOf(node: ConfigNode | undefined, report: Report): Environment | undefined {
  const variables = new Map<string, { readonly secret: boolean; readonly at: Origin }>();
  let good = true;
  for (const item of itemsOf(node)) {
    const name = textOf(item) ?? textOf(child(item, 'name')) ?? '';
    const variable = { secret: isTrue(child(item, 'secret')), at: item.origin };
    const first = variables.get(name);
    if (first !== undefined) reportTwice(name, first, variable, report);
    good &&= first === undefined;
    variables.set(name, variable);
  }
  const names = (secret: boolean) => [...variables].flatMap(([name, each]) => (each.secret === secret ? [name] : []));
  return good ? { env: names(false), secrets: names(true) } : undefined;
}

function reportTwice(
  name: string,
  first: { readonly secret: boolean; readonly at: Origin },
  second: { readonly secret: boolean; readonly at: Origin },
  report: Report,
): void {
  const contradict = first.secret !== second.secret;
  report.error(
    'duplicate-variable',
    second.at,
    contradict ? `the variable ${name} is listed both as plain and as secret` : `the variable ${name} is listed twice`,
    {
      remedy: contradict
        ? 'A plain value counts for the fingerprint and is written to the lockfile. If it is secret, keep only { ' +
          `"name": "${name}", "secret": true }.`
        : 'Remove one of the two.',
      related: [{ message: 'first listed here', at: first.at }],
    },
  );
}
