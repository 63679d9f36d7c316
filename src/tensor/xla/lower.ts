/** A program as a StableHLO module: from the state and the inputs to the next state and the outputs. */
import { dataOf, splatOf } from '../graph/graph.ts';
import type { Value } from '../graph/node.ts';
import type { ReducedNodes } from '../graph/precision.ts';
import { liveNodes, type Program } from '../graph/program.ts';
import { HloLowering, type ProductPrecision } from './hlo/lowering.ts';
import type { HloArgument, HloValue } from './hlo/module.ts';
import { lowerKernelToHlo } from './kernels/index.ts';

/** Every argument of the state gives its memory to the result that replaces it. */
export function lowerToHlo(program: Program, reduced: ReducedNodes, products: ProductPrecision): string {
  const lowering = new HloLowering(reduced, products);
  const argument = (value: Value, index: number, donatedTo: number | null): HloArgument => {
    const made = { name: `%arg${index}`, type: value.dtype, shape: value.shape, donatedTo };
    lowering.set(value, made);
    return made;
  };
  const { state, inputs, outputs } = program;
  const args = [
    ...state.map(({ value }, i) => argument(value, i, i)),
    ...inputs.map(({ value }, i) => argument(value, state.length + i, null)),
  ];
  for (const node of liveNodes(program)) {
    if (node.kernel === 'Input' || node.kernel === 'State') continue;
    if (node.kernel === 'Const') for (const value of node.outputs) lowering.set(value, constant(lowering, value));
    else lowerKernelToHlo(lowering, node);
  }
  const results = [...state.map(({ next }) => lowering.get(next)), ...outputs.map(({ value }) => lowering.get(value))];
  return lowering.module.text(args, results);
}

/** A fill is one number that is repeated, so that modules stay small. */
function constant(lowering: HloLowering, value: Value): HloValue {
  const { shape, dtype: type } = value;
  const splat = splatOf(value);
  if (splat !== undefined) return lowering.fill(splat, { type, shape });
  const data = dataOf(value);
  if (data === undefined) throw new Error('Internal error: a constant has no values.');
  return lowering.module.constant({ type, shape }, data);
}
