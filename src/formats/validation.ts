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
  if (keyword !== 'required') return faultText(path, expectedBy(finding), valueAt(value, path));
  return missingText(`${path}/${pointer(String(params.missingProperty))}`);
}

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
    case 'discriminator':
      return { type: 'string' };
    case 'oneOf':
      return { type: 'object' };
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
