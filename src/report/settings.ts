/** What the executions were told, gathered for people. */
import type { Json, JsonObject } from '../util/json.ts';
import type { Execution } from './study.ts';

export interface Settings {
  readonly networks: readonly string[];
  /** Layers that a weights file did not have. */
  readonly drawn: readonly string[];
  /** Parameters of stages that train: equal ones once, different ones side by side. */
  readonly budgets: readonly { readonly stage: string; readonly name: string; readonly value: string }[];
}

export function settingsOf(provenance: readonly Execution[]): Settings {
  const networks = provenance.flatMap(({ params }) => (typeof params.network === 'string' ? [params.network] : []));
  const training = provenance.filter(({ params }) => params.epochs !== undefined);
  const budgets = [...new Set(training.map(({ stage }) => stage))].flatMap((stage) => {
    const members = training.filter((execution) => execution.stage === stage).map(({ params }) => flat(params));
    const names = [...new Set(members.flatMap((member) => [...member.keys()]))];
    return names.map((name) => ({ stage, name, value: [...new Set(members.flatMap((member) => member.get(name) ?? []))].join(', ') }));
  });
  const drawn = provenance.flatMap(({ notes }) => (Array.isArray(notes.layersDrawnAtRandom) ? notes.layersDrawnAtRandom.map(String) : []));
  return { networks: [...new Set(networks)], drawn: [...new Set(drawn)], budgets };
}

/** `{ optimiser: { name: 'sgd' } }` becomes `optimiser.name` -> `sgd`. */
export function flat(params: JsonObject, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(params).flatMap(([key, value]) => (isRecord(value) ? [...flat(value, `${prefix}${key}.`)] : [[prefix + key, text(value)] as const])),
  );
}

function isRecord(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
