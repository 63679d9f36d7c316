import { definitionName } from './json-schema.mjs';

/**
 * Markdown that lists the fields of every format. A part with a title gets a table of its own where it is first used.
 * `expectation`: from src/formats/fault.ts.
 */
export function tablesOf(formats, expectation) {
  const shown = new Set();
  return formats.map((format) => formatText(format, expectation, shown)).join('\n\n');
}

function formatText({ name, file, writer, schema }, expectation, shown) {
  const blocks = [
    `### ${capitalized(schema.title)}`,
    `\`${file}\`, written by ${writer}. Schema: [${name}.schema.json](../schema/${name}.schema.json).`,
    ...(schema.description ? [schema.description] : []),
  ];
  const pending = [];
  blocks.push(table(fieldRows(schema, '', expectation, pending)));
  while (pending.length > 0) {
    const part = pending.shift();
    if (shown.has(part.title)) continue;
    shown.add(part.title);
    blocks.push(`#### ${capitalized(part.title)}`, ...(part.description ? [part.description] : []));
    blocks.push(part.properties ? table(fieldRows(part, '', expectation, pending)) : optionTable(part));
  }
  return blocks.join('\n\n');
}

/** Fields of objects without a title stand in the table of the object around them. */
function fieldRows(node, prefix, expectation, pending) {
  const rows = Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const optional = !(node.required ?? []).includes(name);
    const inner = innerObject(field);
    const own = [
      `\`${prefix}${name}\`${optional ? ', optional' : ''}`,
      typeText(field, expectation, pending),
      field.description ?? '',
    ];
    // An object needs no row where its fields say it all.
    return [
      ...(inner && !own[2] ? [] : [own]),
      ...(inner ? fieldRows(inner.node, `${prefix}${name}${inner.suffix}.`, expectation, pending) : []),
    ];
  });
  const further = node.additionalProperties;
  return further
    ? [...rows, [`\`${prefix}\`...`, typeText(further, expectation, pending), further.description ?? '']]
    : rows;
}

/** The object without a title that a field holds, perhaps in lists or in a record. */
function innerObject(field) {
  const value = nonNull(field);
  if (value.title !== undefined) return undefined;
  if (value.type === 'array' && !Array.isArray(value.items)) return deeper(innerObject(value.items), '[]');
  if (value.patternProperties) return deeper(innerObject(Object.values(value.patternProperties)[0]), '.*');
  return value.properties ? { node: value, suffix: '' } : undefined;
}

function deeper(inner, suffix) {
  return inner && { ...inner, suffix: suffix + inner.suffix };
}

function nonNull(field) {
  const options = field.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return options.length === 1 ? options[0] : field;
}

function typeText(field, expectation, pending) {
  if (field.title !== undefined) {
    pending.push(field);
    return `[${field.title}](#${field.title.replaceAll(' ', '-')})`;
  }
  if (field.anyOf && field.anyOf.some((option) => option.title ?? option.properties ?? option.items))
    return field.anyOf.map((option) => typeText(option, expectation, pending)).join(' or ');
  if (field.patternProperties)
    return `object of ${plural(typeText(Object.values(field.patternProperties)[0], expectation, pending))}`;
  if (field.type === 'array') {
    const items = Array.isArray(field.items) ? field.items[0] : field.items;
    const length = expectation({ ...field, items: undefined }).replace(/^a list( of )?/, '');
    return `list of ${/^\d/.test(length) ? `${length} ` : ''}${plural(typeText(items, expectation, pending))}`;
  }
  return code(expectation(field));
}

function plural(type) {
  return type.replace(/^(text|number|integer|object|list)\b/, '$1s');
}

/** `an integer >= 0` becomes `integer >= 0`. */
function code(text) {
  return text
    .replace(/\b(?:an?) (?=\w)/g, '')
    .replace(' that is not empty', ', not empty')
    .replaceAll('|', '\\|');
}

function optionTable({ anyOf }) {
  return markdownTable(
    ['value', 'meaning'],
    anyOf.map((option) => [`\`${option.const}\``, option.description ?? '']),
  );
}

function table(rows) {
  return markdownTable(['field', 'type', 'meaning'], rows);
}

function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
