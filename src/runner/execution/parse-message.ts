/** Parses a line of text as a message. Any code in the process of a stage can write there, so nothing is trusted. */
import type { Message } from '../../stage/protocol.ts';

/** Undefined: it is none, or not a whole one. */
export function parseMessage(line: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const fits =
    Object.hasOwn(FIELDS, String(value.type)) &&
    Object.entries(FIELDS[value.type as Message['type']]).every(([name, check]) => check(value[name]));
  return fits ? (value as unknown as Message) : undefined;
}

type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isThere: Check = (value) => value !== undefined;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const FIELDS: {
  readonly [T in Message['type']]: Readonly<Record<Exclude<keyof Extract<Message, { type: T }>, 'type'>, Check>>;
} = {
  progress: { done: isNumber, total: optional(isNumber), unit: optional(isText), note: optional(isText) },
  metric: { name: isText, value: isThere, step: optional(isNumber), time: optional(isNumber) },
  warning: { message: isText },
  record: { notes: isObject },
  usage: { peakMemoryBytes: isNumber },
  done: {},
  failed: { message: isText, stack: optional(isText) },
};
