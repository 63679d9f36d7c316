/** The circumstances in which two executions of one fingerprint differ: they explain numbers that are not the same. */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../util/json.ts';
import type { Execution } from '../../formats/run-record.ts';

type Compared = Pick<Execution, 'host' | 'platform' | 'node' | 'resources' | 'notes'>;

/** By name, as they were for the stored result and as they are now; null: not recorded. */
export function differingCircumstances(
  then: Compared,
  now: Compared,
): Record<string, { readonly then: Json; readonly now: Json }> {
  const [before, after] = [circumstancesOf(then), circumstancesOf(now)];
  const names = Object.keys({ ...before, ...after });
  return Object.fromEntries(
    names
      .filter((name) => !isDeepStrictEqual(before[name], after[name]))
      .map((name) => [name, { then: before[name] ?? null, now: after[name] ?? null }]),
  );
}

/** Sums of floating-point numbers depend on these. */
const NOTES = ['engine', 'device', 'precision'];

function circumstancesOf({ host, platform, node, resources, notes }: Compared): Record<string, Json> {
  const noted = NOTES.flatMap((name) => (notes[name] === undefined ? [] : [[name, notes[name]] as const]));
  return {
    threads: notes.threads ?? resources.cpu ?? null,
    ...(resources.gpuModel !== undefined && { gpuModel: resources.gpuModel }),
    ...Object.fromEntries(noted),
    machine: host,
    platform,
    node,
  };
}

/** ` (threads: 2 then, 1 now)`; empty where none differs that is known. */
export function circumstancesText(then: Compared, now: Compared): string {
  const said = Object.entries(differingCircumstances(then, now)).map(
    ([name, values]) => `${name}: ${shown(values.then)} then, ${shown(values.now)} now`,
  );
  return said.length === 0 ? '' : ` (${said.join('; ')})`;
}

function shown(value: Json): string {
  if (value === null) return 'not recorded';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
