/** The parameters of the executions, grouped for the reader. */
import type { Json, JsonObject } from '../util/json.ts';
import type { Execution } from './study.ts';

interface Settings {
  readonly networks: readonly string[];
  /** Layers that a weights file did not have. */
  readonly drawn: readonly string[];
  /** Stages that train. */
  readonly stages: readonly string[];
  /** Their parameters, one value for each stage: equal ones once, different ones side by side, empty if it has none. */
  readonly budgets: readonly { readonly name: string; readonly values: readonly string[] }[];
}

export function settingsOf(provenance: readonly Execution[]): Settings {
  const networks = provenance.flatMap(({ params }) => (typeof params.network === 'string' ? [params.network] : []));
  const training = provenance.filter(({ params }) => params.epochs !== undefined);
  const stages = [...new Set(training.map(({ stage }) => stage))];
  const members = stages.map((stage) =>
    training.filter((execution) => execution.stage === stage).map(({ params }) => flat(params)),
  );
  const names = [...new Set(members.flat().flatMap((params) => [...params.keys()]))];
  const budgets = names.map((name) => ({
    name,
    values: members.map((each) => [...new Set(each.flatMap((params) => params.get(name) ?? []))].join(', ')),
  }));
  const drawn = provenance.flatMap(({ notes }) =>
    Array.isArray(notes.layersDrawnAtRandom) ? notes.layersDrawnAtRandom.map(String) : [],
  );
  return { networks: [...new Set(networks)], drawn: [...new Set(drawn)], stages, budgets };
}

/** `{ optimizer: { name: 'sgd' } }` becomes `optimizer.name` -> `sgd`. */
export function flat(params: JsonObject, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(params).flatMap(([key, value]) =>
      isRecord(value) ? [...flat(value, `${prefix}${key}.`)] : [[prefix + key, text(value)] as const],
    ),
  );
}

function isRecord(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
