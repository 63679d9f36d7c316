/** Names that a schema does not know. JSON Schema accepts them; here an unread parameter counts as a misspelt one. */
import type { TSchema } from '@sinclair/typebox';
import { suggest } from '../util/suggest.ts';

/** One sentence for each, at any depth. */
export function unknownNames(schema: TSchema, value: unknown, within = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const properties = propertiesOf(schema);
  if (properties === undefined) return [];
  const known = Object.keys(properties);
  return Object.entries(value).flatMap(([name, inner]) => {
    if (Object.hasOwn(properties, name)) return unknownNames(properties[name]!, inner, `${within}${name}.`);
    const close = suggest(name, known);
    const hint = close === undefined ? `expected one of ${known.join(', ') || 'none'}` : `did you mean "${close}"?`;
    return [`${within}${name}: unknown parameter; ${hint}`];
  });
}

/** Undefined if the schema allows any name. */
function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> | undefined {
  const parts = (schema.allOf ?? [schema]) as readonly TSchema[];
  const properties = parts.map((part) =>
    (part.additionalProperties ?? false) === false && part.type === 'object'
      ? (part.properties as Record<string, TSchema> | undefined)
      : undefined,
  );
  return properties.every((each) => each !== undefined)
    ? (Object.assign({}, ...properties) as Record<string, TSchema>)
    : undefined;
}
