/**
 * Facts of an execution in the form of other tools: parameters by name, one digest of the code, the time of its end.
 */
import type { RunRecord } from '../../formats/run-record.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { Json } from '../../util/json.ts';

/** Parameters by name. Members of objects have a name each, as `schedule.kind`. */
export function* namedParams({ identity }: RunRecord): Generator<readonly [name: string, value: Json]> {
  for (const [name, value] of Object.entries(identity.params)) yield* named(name, value);
}

function* named(name: string, value: Json): Generator<readonly [name: string, value: Json]> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
    for (const [key, member] of Object.entries(value)) yield* named(`${name}.${key}`, member);
  else yield [name, value];
}

/** The digest is that of the bundle of a module, or of the text of a command. */
export function codeDigestOf({ identity: { code } }: RunRecord): Digest {
  return code.kind === 'module' ? code.bundle : digestOf(code.template);
}

/** Milliseconds since 1970. */
export function endOf({ execution: { started, seconds } }: RunRecord): number {
  return Date.parse(started) + Math.round(seconds * 1000);
}
