/** Holds values against compiled formats, for readers that must start without TypeBox. */
import { faultText, missingText, type SchemaNode } from './fault.ts';

/** A compiled format. */
export interface Validator {
  (value: unknown): boolean;
  /** Those of the last call. */
  readonly errors?: readonly Finding[] | null;
}

/** One finding of ajv, which stops at the first. */
export interface Finding {
  /** A JSON pointer into the value. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** `field: expected ..., got ...`; undefined for a value that is as its format says. */
export function faultIn(validate: Validator, value: unknown): string | undefined {
  if (validate(value)) return undefined;
  const finding = validate.errors?.at(-1);
  if (finding === undefined) throw new Error('Internal error: a value was refused without a finding.');
  const { instancePath: path, keyword, params } = finding;
  if (keyword === 'discriminator') return tagFault(value, path, String(params.tag));
  if (keyword === 'oneOf' || keyword === 'anyOf') return formFault(path, valueAt(value, path));
  if (keyword !== 'required') return faultText(path, expectedBy(finding), valueAt(value, path));
  return missingText(`${path}/${pointer(String(params.missingProperty))}`);
}

/** The field that names the kind of an object is missing or has an unknown value. */
function tagFault(value: unknown, path: string, tag: string): string {
  const place = `${path}/${pointer(tag)}`;
  const object = valueAt(value, path) as Readonly<Record<string, unknown>>;
  return tag in object ? faultText(place, { type: 'one of the known kinds' }, object[tag]) : missingText(place);
}

const formFault = (path: string, found: unknown): string =>
  faultText(path, { type: 'one of the allowed forms' }, found);

function expectedBy({ keyword, params }: Finding): SchemaNode {
  switch (keyword) {
    case 'type':
      return { type: params.type as string | readonly string[] };
    case 'const':
      return { const: params.allowedValue };
    case 'enum':
      return { enum: params.allowedValues as readonly unknown[] };
    case 'pattern':
      return { type: 'string', pattern: params.pattern as string };
    case 'minimum':
    case 'maximum':
      return { type: 'number', [keyword]: params.limit };
    default:
      return {};
  }
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (inner, part) => (inner as Readonly<Record<string, unknown>>)[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      value,
    );
}

function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
