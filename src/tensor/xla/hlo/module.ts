/** A StableHLO module under construction, in MLIR's generic form (https://openxla.org/stablehlo/spec). */
import type { Numbers } from '../../graph/node.ts';
import type { ComputeType } from '../../graph/precision.ts';

export interface HloSpec {
  readonly type: ComputeType;
  readonly shape: readonly number[];
}

/** A value of the module under its name there. */
export interface HloValue extends HloSpec {
  readonly name: string;
}

const TYPE_NAMES: Readonly<Record<ComputeType, string>> = {
  float32: 'f32',
  int32: 'i32',
  bool: 'i1',
  uint8: 'ui8',
  bfloat16: 'bf16',
};

const typeText = ({ type, shape }: HloSpec): string => `tensor<${[...shape, TYPE_NAMES[type]].join('x')}>`;

/** Attributes as MLIR writes them. */
export const hlo = {
  integers: (values: readonly number[]): string =>
    values.length === 0 ? 'array<i64>' : `array<i64: ${values.join(', ')}>`,
  integer: (value: number): string => `${value} : i64`,
  pairs: (values: readonly (readonly [number, number])[]): string =>
    `dense<[${values.map(([a, b]) => `[${a}, ${b}]`).join(', ')}]> : tensor<${values.length}x2xi64>`,
};

export type HloAttributes = Readonly<Record<string, string>>;

/** An argument of the module's function, and the number of the result that takes its memory; null: none does. */
export interface HloArgument extends HloValue {
  readonly donatedTo: number | null;
}

export class HloModule {
  readonly #lines: string[] = [];
  readonly #constants = new Map<string, HloValue>();
  #count = 0;

  /** Adds an operation with one result. @param operation with its dialect where that is not stablehlo */
  op(
    operation: string,
    inputs: readonly HloValue[],
    attributes: HloAttributes,
    result: HloSpec,
    region = '',
  ): HloValue {
    const name = this.#add(operation, inputs, attributes, [result], region);
    return { name, type: result.type, shape: result.shape };
  }

  /** The same with a pair of results. */
  pair(
    operation: string,
    inputs: readonly HloValue[],
    attributes: HloAttributes,
    [first, second]: readonly [HloSpec, HloSpec],
  ): readonly [HloValue, HloValue] {
    const name = this.#add(operation, inputs, attributes, [first, second], '');
    return [
      { ...first, name: `${name}#0` },
      { ...second, name: `${name}#1` },
    ];
  }

  /** A constant; equal ones are one. */
  constant({ type, shape }: HloSpec, data: Numbers): HloValue {
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const key = `${typeText({ type, shape })} ${raw.toString('latin1')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const value = `dense<${literal(type, shape, data, raw)}> : ${typeText({ type, shape })}`;
    const made = this.op('constant', [], { value }, { type, shape });
    this.#constants.set(key, made);
    return made;
  }

  /** The region of a reduction: two numbers of a type become one. */
  combiner(operation: string, type: ComputeType): string {
    const scalar = typeText({ type, shape: [] });
    return ` ({
    ^bb0(%a: ${scalar}, %b: ${scalar}):
      %c = "stablehlo.${operation}"(%a, %b) : (${scalar}, ${scalar}) -> ${scalar}
      "stablehlo.return"(%c) : (${scalar}) -> ()
    })`;
  }

  text(args: readonly HloArgument[], results: readonly HloValue[]): string {
    const listed = args.map((arg) => {
      const donated = arg.donatedTo === null ? '' : ` {tf.aliasing_output = ${arg.donatedTo} : i32}`;
      return `${arg.name}: ${typeText(arg)}${donated}`;
    });
    const types = results.map(typeText).join(', ');
    return `module @step {
  func.func public @main(${listed.join(', ')}) -> (${types}) {
${this.#lines.join('\n')}
    "func.return"(${results.map(({ name }) => name).join(', ')}) : (${types}) -> ()
  }
}
`;
  }

  #add(
    operation: string,
    inputs: readonly HloValue[],
    attributes: HloAttributes,
    results: readonly HloSpec[],
    region: string,
  ): string {
    const name = `%${this.#count++}`;
    const defined = results.length === 1 ? name : `${name}:${results.length}`;
    const called = `"${operation.includes('.') ? operation : `stablehlo.${operation}`}"`;
    const listed = Object.entries(attributes).map(([key, value]) => `${key} = ${value}`);
    const attached = listed.length > 0 ? ` {${listed.join(', ')}}` : '';
    const types = `(${inputs.map(typeText).join(', ')}) -> (${results.map(typeText).join(', ')})`;
    this.#lines.push(
      `    ${defined} = ${called}(${inputs.map((input) => input.name).join(', ')})${region}${attached} : ${types}`,
    );
    return name;
  }
}

/** All bits of a constant: infinities, NaN and -0 have no decimal form. */
function literal(type: ComputeType, shape: readonly number[], data: Numbers, raw: Buffer): string {
  const [first] = data;
  if (first === undefined) return '';
  if (type === 'bool')
    return nested(
      shape,
      Array.from(data, (value) => String(value !== 0)),
    );
  const isSplat = data.every((value) => Object.is(value, first));
  if (!isSplat) return `"0x${raw.toString('hex').toUpperCase()}"`;
  return type === 'float32' ? `0x${bitsOf(first).toString(16).toUpperCase().padStart(8, '0')}` : String(first);
}

function bitsOf(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  return bits;
}

function nested(shape: readonly number[], values: readonly string[]): string {
  const [side, ...rest] = shape;
  if (side === undefined) return values.join();
  const size = values.length / side;
  return `[${Array.from({ length: side }, (_, i) => nested(rest, values.slice(i * size, (i + 1) * size))).join(', ')}]`;
}
