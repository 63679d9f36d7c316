/** What bounds a stage: timeout, retries, resources, environment. From nodes that passed the schema. */
import type { Retries } from '../pipeline.ts';
import { child, isTrue, itemsOf, membersOf, numberOf, textOf, type ConfigNode } from './tree.ts';

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const NO_RETRIES: Retries = { limit: 0, delayMs: 0 };
const FIRST_DELAY_MS = 1000;

export function timeoutOf(node: ConfigNode | undefined): { readonly timeoutMs?: number } {
  return node === undefined ? {} : { timeoutMs: durationMs(node) };
}

/** Milliseconds of `12h`, `1h 30m`, `90s` or a number of seconds. */
function durationMs(node: ConfigNode): number {
  const seconds = numberOf(node);
  if (seconds !== undefined) return Math.round(seconds * 1000);
  const parts = [...(textOf(node) ?? '').matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)];
  return Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS], 0));
}

export function retriesOf(node: ConfigNode | undefined): Retries {
  if (node === undefined) return NO_RETRIES;
  const limit = numberOf(node) ?? numberOf(child(node, 'limit')) ?? 0;
  const delay = child(node, 'delay');
  const on = child(node, 'on');
  return { limit, delayMs: delay === undefined ? FIRST_DELAY_MS : durationMs(delay), ...(on === undefined ? {} : { on: itemsOf(on).flatMap((item) => numberOf(item) ?? []) }) };
}

/** Memory in bytes, everything else as it is. */
export function resourcesOf(node: ConfigNode | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(membersOf(node).map(([name, { value }]) => [name, numberOf(value) ?? bytesOf(textOf(value) ?? '')]));
}

/** `8 GiB`, `500MB`. */
function bytesOf(text: string): number {
  const [, amount, prefix = '', binary] = /^([\d.]+)\s*([KMGT]?)(i?)B$/.exec(text) ?? [];
  return Math.round(Number(amount) * (binary === 'i' ? 1024 : 1000) ** (' KMGT'.indexOf(prefix || ' ')));
}

/** Declared variables, and those whose values are secret. */
export function environmentOf(node: ConfigNode | undefined): { readonly env: readonly string[]; readonly secrets: readonly string[] } {
  const variables = itemsOf(node).map((item) => ({ name: textOf(item) ?? textOf(child(item, 'name')) ?? '', secret: isTrue(child(item, 'secret')) }));
  const names = (secret: boolean) => [...new Set(variables.filter((variable) => variable.secret === secret).map(({ name }) => name))];
  return { env: names(false), secrets: names(true) };
}
