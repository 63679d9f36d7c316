/** A program as an ONNX model, with the facts that a session needs to feed it. */
import { dataOf, numbersOf, splatOf } from '../graph/graph.ts';
import type { Value } from '../graph/node.ts';
import { liveNodes, type Program } from '../graph/program.ts';
import { lowerKernel } from './kernels/index.ts';
import { arrange, type Arrangement } from './layout.ts';
import { Lowering } from './lowering.ts';
import { Model, type Name } from './model.ts';

export interface Port {
  /** The name of the model's input or output. */
  readonly name: Name;
  /** The path in the caller's tree. */
  readonly path: string;
  readonly dtype: Value['dtype'];
  readonly shape: readonly number[];
  /** The order of the values in the session's buffers. */
  readonly arrangement: Arrangement;
}

/** A leaf of the state: `next` is the output that replaces it, null if the step does not change it. */
export interface StatePort extends Port {
  readonly next: Name | null;
}

export interface Lowered {
  readonly model: Model;
  readonly inputs: readonly Port[];
  readonly state: readonly StatePort[];
  readonly outputs: readonly Port[];
}

/** `block`: channels per block of this processor, null for standard operators only. */
export function lower(program: Program, block: number | null): Lowered {
  const model = new Model();
  const lowering = new Lowering(model, program, block);
  const port = (value: Value, path: string, prefix: string, number: number): Port => {
    const arrangement = isFilter(lowering, value)
      ? lowering.arrangement(value, lowering.layout(value))
      : arrange('plain', value.shape, 1);
    const name = model.input(`${prefix}${number}`, value.dtype, arrangement.declared);
    lowering.set(value, isFilter(lowering, value) ? lowering.layout(value) : 'plain', name);
    return { name, path, dtype: value.dtype, shape: value.shape, arrangement };
  };
  const inputs = program.inputs.map(({ path, value }, i) => port(value, path, 'input', i));
  const sources = program.state.map(({ path, value }, i) => port(value, path, 'state', i));
  lowerNodes(lowering, program);

  const taken = new Set<Name>([...inputs, ...sources].map(({ name }) => name));
  const output = (value: Value, arranged: Arrangement, layout: 'plain' | ReturnType<Lowering['layout']>): Name => {
    const found = lowering.get(value, layout);
    // An output must be separate from inputs, constants and other outputs.
    const name = taken.has(found) || value.node.kernel === 'Const' ? model.copy(found) : found;
    taken.add(name);
    model.output(name, value.dtype, arranged.declared);
    return name;
  };
  const state = program.state.map(({ value, next }, i): StatePort => {
    const source = sources[i]!;
    return {
      ...source,
      next:
        next === value
          ? null
          : output(next, source.arrangement, isFilter(lowering, value) ? lowering.layout(value) : 'plain'),
    };
  });
  const outputs = program.outputs.map(({ path, value }): Port => {
    const arrangement = arrange('plain', value.shape, 1);
    return { name: output(value, arrangement, 'plain'), path, dtype: value.dtype, shape: value.shape, arrangement };
  });
  return { model, inputs, state, outputs };
}

/** State used as filters is kept in the filter layout; other values from outside are plain. */
function isFilter(lowering: Lowering, value: Value): boolean {
  return value.node.kernel === 'State' && lowering.layout(value).startsWith('filter');
}

function lowerNodes(lowering: Lowering, program: Program): void {
  for (const node of liveNodes(program)) {
    if (node.kernel === 'Input' || node.kernel === 'State') continue;
    if (node.kernel === 'Const') {
      const [value] = node.outputs as [Value];
      lowering.set(value, 'plain', constant(lowering, value));
      continue;
    }
    lowerKernel(lowering, node);
  }
}

/** A fill is one expanded number, so that models stay small. */
function constant({ model }: Lowering, value: Value): Name {
  const splat = splatOf(value);
  if (splat === undefined) return model.constant(value.dtype, value.shape, dataOf(value)!);
  const one = model.constant(value.dtype, [], numbersOf(value.dtype, [splat]));
  return value.shape.length === 0 ? one : model.op('Expand', [one, model.integers(value.shape)]);
}
