/**
 * JSON Schema (draft 7) of a TypeBox schema. A part with a title becomes a definition of that name. Objects are closed
 * unless it is asked otherwise: the schema describes the files of one version of this project, and finds fields that
 * nobody declared.
 */
export function jsonSchemaOf({ name, file, schema }, { closed = true } = {}) {
  const definitions = {};
  const plain = JSON.parse(JSON.stringify(schema));
  const { title, description, ...root } = converted(plain, definitions);
  const whole = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `${name}.schema.json`,
    title: `${file}, ${title}`,
    ...(description && { description }),
    ...root,
    ...(Object.keys(definitions).length > 0 && { definitions: sortedByName(definitions) }),
  };
  return closed ? whole : opened(whole);
}

function opened(schema) {
  const text = JSON.stringify(schema, (key, value) => (key === 'additionalProperties' && !value ? undefined : value));
  return JSON.parse(text);
}

function converted(node, definitions) {
  if (node.anyOf) return convertedUnion(node, definitions);
  const { patternProperties, properties, items, additionalItems, additionalProperties, ...rest } = node;
  const part = (child) => reference(child, definitions);
  if (patternProperties) {
    const [value] = Object.values(patternProperties);
    const names = rest.propertyNames && { propertyNames: part(rest.propertyNames) };
    return { ...rest, ...names, additionalProperties: part(value) };
  }
  return {
    ...rest,
    ...(properties && { properties: mapped(properties, part) }),
    ...(node.type === 'object' && { additionalProperties: additionalProperties ? part(additionalProperties) : false }),
    ...(items && convertedItems(items, additionalItems, part)),
  };
}

/** The places of a tuple are written once where they are alike. */
function convertedItems(items, additionalItems, part) {
  if (!Array.isArray(items)) return { items: part(items) };
  const places = items.map(part);
  const alike = places.every((place) => JSON.stringify(place) === JSON.stringify(places[0]));
  return alike ? { items: places[0] } : { items: places, additionalItems };
}

function convertedUnion({ anyOf, ...rest }, definitions) {
  if (anyOf.every((option) => option.const !== undefined || option.type === 'null')) {
    if (anyOf.some((option) => option.description)) return { ...rest, oneOf: anyOf.map(withoutType) };
    return { ...rest, enum: anyOf.map((option) => (option.type === 'null' ? null : option.const)) };
  }
  if (anyOf.every((option) => isSimple(option) && Object.keys(option).length === 1))
    return { ...rest, type: anyOf.map(({ type }) => type) };
  const [value, nothing] = anyOf;
  if (anyOf.length === 2 && nothing.type === 'null' && isSimple(value))
    return { ...converted(value, definitions), ...rest, type: [value.type, 'null'] };
  return { ...rest, oneOf: anyOf.map((option) => reference(option, definitions)) };
}

/** A part with a title is referred to; a description that is not the definition's own stays beside the reference. */
function reference(node, definitions) {
  if (node.title === undefined) return converted(node, definitions);
  const { title, description, ...body } = node;
  const name = definitionName(title);
  definitions[name] ??= { ...(description && { description }), ...converted(body, definitions) };
  const own = definitions[name].description !== description && description;
  return { $ref: `#/definitions/${name}`, ...(own && { description: own }) };
}

export function definitionName(title) {
  return title.replace(/[ -](\w)/g, (_, letter) => letter.toUpperCase());
}

function isSimple({ type, title }) {
  return ['integer', 'number', 'string', 'boolean'].includes(type) && title === undefined;
}

function withoutType({ type, ...rest }) {
  return type === 'null' ? { type } : rest;
}

function mapped(record, change) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function sortedByName(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
