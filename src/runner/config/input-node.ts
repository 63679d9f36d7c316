/** An input in one combination: the record's field or parameter that it names whole, references in the object form. */
import type { Row } from './axis.ts';
import type { LoadContext } from './load-context.ts';
import { singleReference } from './notation/inputs.ts';
import { isReferenceText } from './notation/reference.ts';
import { textOf, type ConfigNode, type ObjectNode } from './tree.ts';

export class InputNodes {
  readonly #common: LoadContext;
  /** Parsed references; undefined for a malformed one. */
  readonly #references = new WeakMap<ConfigNode, { readonly node: ObjectNode | undefined }>();

  constructor(common: LoadContext) {
    this.#common = common;
  }

  /** With all placeholders substituted; undefined when a fault was reported. */
  resolve(node: ConfigNode, scope: Row): ConfigNode | undefined {
    const named = this.#common.resolver.named(node, scope);
    if (named?.kind !== 'scalar' || !isReferenceText(textOf(named) ?? ''))
      return named && this.#common.resolver.resolve(named, scope);
    let known = this.#references.get(named);
    if (known === undefined) this.#references.set(named, (known = { node: singleReference(named, this.#common) }));
    return known.node && this.#common.resolver.resolve(known.node, scope);
  }
}
