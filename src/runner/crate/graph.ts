/** The entities of an RO-Crate: a flat list of JSON-LD objects that refer to each other by `@id`. */
import type { JsonObject } from '../../util/json.ts';

export interface Reference {
  readonly [key: string]: string;
  readonly '@id': string;
}

export type Entity = JsonObject & { readonly '@id': string };

export const ref = (id: string): Reference => ({ '@id': id });

/** JSON-LD of a crate is compact: one value is no list. */
export function refs(ids: Iterable<string>): Reference | Reference[] | undefined {
  const all = [...new Set(ids)].map(ref);
  return all.length > 1 ? all : all[0];
}

/** A part of an `@id`: everything but plain characters is escaped. */
export const idPart = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, '_');

export class Graph {
  readonly #entities = new Map<string, Entity>();
  /** The formal parameters that a file or value is an example of, by its id. */
  readonly #examples = new Map<string, Set<string>>();

  /** The first entity of an id counts. Undefined members are left out. Returns the id. */
  add(id: string, entity: Readonly<Record<string, JsonObject[string] | undefined>>): string {
    if (!this.#entities.has(id)) {
      const members = Object.entries(entity).filter(([, value]) => value !== undefined);
      this.#entities.set(id, { '@id': id, ...(Object.fromEntries(members) as JsonObject) });
    }
    return id;
  }

  /** A file or value is an example of a formal parameter. */
  addExample(id: string, parameter: string): void {
    const known = this.#examples.get(id) ?? new Set();
    this.#examples.set(id, known.add(parameter));
  }

  entities(): Entity[] {
    return [...this.#entities.values()].map((entity) => {
      const exampleOfWork = refs(this.#examples.get(entity['@id']) ?? []);
      return exampleOfWork === undefined ? entity : { ...entity, exampleOfWork };
    });
  }
}
