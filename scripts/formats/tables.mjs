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
    `${file.includes('.') ? `\`${file}\`` : capitalized(file)}, written by ${writer}. Schema: [${name}.schema.json](../schema/${name}.schema.json).`,
    ...(schema.description ? [wrapped(schema.description)] : []),
  ];
  const pending = [];
  shown.add(schema.title);
  blocks.push(bodyText(schema, expectation, pending));
  while (pending.length > 0) {
    const part = pending.shift();
    if (shown.has(part.title)) continue;
    shown.add(part.title);
    blocks.push(`#### ${capitalized(part.title)}`, ...(part.description ? [wrapped(part.description)] : []));
    blocks.push(bodyText(part, expectation, pending));
  }
  return blocks.join('\n\n');
}

function bodyText(node, expectation, pending) {
  if (!node.anyOf) return table(fieldRows(node, '', expectation, pending));
  return node.anyOf.every(({ properties }) => properties)
    ? variantTables(node, expectation, pending)
    : optionTable(node);
}

/** One row for each variant of an object; the fields that all have are listed before. */
function variantTables({ anyOf }, expectation, pending) {
  const [{ properties: first, required }] = anyOf;
  const inAll = (name, is) => anyOf.every(({ properties }) => name in properties && is(properties[name]));
  const tag = Object.keys(first).find(
    (name) => inAll(name, ({ const: value }) => value !== undefined) && !isSame(name),
  );
  const common = Object.keys(first).filter((name) => name !== tag && isSame(name));
  const shared = { required, properties: Object.fromEntries(common.map((name) => [name, first[name]])) };
  const rows = anyOf.map((variant) => {
    const fields = Object.entries(variant.properties).filter(([name]) => name !== tag && !common.includes(name));
    const texts = fields.map(([name, field]) => {
      const optional = !variant.required.includes(name);
      return `\`${name}\`${optional ? ', optional' : ''}: ${typeText(field, expectation, pending)}`;
    });
    const { const: value, description } = variant.properties[tag];
    return [`\`${value}\``, texts.join('; '), variant.description ?? description ?? ''];
  });
  return [
    ...(common.length > 0 ? [table(fieldRows(shared, '', expectation, pending))] : []),
    markdownTable([`\`${tag}\``, 'fields', 'meaning'], rows),
  ].join('\n\n');

  function isSame(name) {
    return inAll(name, (field) => JSON.stringify(field) === JSON.stringify(first[name]));
  }
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
  if (field.properties)
    return `object with ${Object.keys(field.properties)
      .map((name) => `\`${name}\``)
      .join(', ')}`;
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
  return text.replace(/\b(?:an?) (?=\w)/g, '').replace(' that is not empty', ', not empty');
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
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Prose in lines of at most 120 columns. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= 120) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
