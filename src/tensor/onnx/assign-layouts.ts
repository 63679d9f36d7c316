/**
 * Decides the layout of every value, so that few values are converted.
 *
 * Values that elementwise operations connect form a family (union-find) and share a layout. The images of convolutions
 * and pools ask for an image layout for their family, the filters for a filter layout. The optimizer therefore works on
 * blocked filters, and activations stay blocked from the first convolution to the last. A convolution that becomes a
 * matrix product (small-images.ts) asks for no layout, because products take plain values.
 */
import { sameShape } from '../errors.ts';
import { BINARY_KERNELS, COMPARISON_KERNELS, PREDICATE_KERNELS, UNARY_KERNELS } from '../graph/signatures.ts';
import type { Node, Value } from '../graph/node.ts';
import { liveNodes, type Program } from '../graph/program.ts';
import type { Layout } from './layout.ts';
import { isProduct } from './small-images.ts';

/** Every output has the layout of every input of its shape. */
const ELEMENTWISE = new Set<string>([
  ...UNARY_KERNELS,
  ...PREDICATE_KERNELS,
  ...BINARY_KERNELS,
  ...COMPARISON_KERNELS,
  'Cast',
  'Select',
  'AddN',
  'ReluGrad',
  'EluGrad',
  'BatchNormTraining',
  'BatchNormTrainingGrad',
]);

/** The inputs and outputs that are images or filters, by number. */
const ROLES: Readonly<
  Record<string, { readonly images: readonly (number | 'output')[]; readonly filter?: number | 'output' }>
> = {
  Conv2D: { images: [0, 'output'], filter: 1 },
  Conv2DBackpropInput: { images: [0, 'output'], filter: 1 },
  Conv2DBackpropFilter: { images: [0, 1], filter: 'output' },
  DepthwiseConv2dNative: { images: [0, 'output'] },
  DepthwiseConv2dNativeBackpropInput: { images: [0, 'output'] },
  DepthwiseConv2dNativeBackpropFilter: { images: [0, 1] },
  MaxPool: { images: [0, 'output'] },
  MaxPoolGrad: { images: [0, 1, 2, 'output'] },
  AvgPool: { images: [0, 'output'] },
  AvgPoolGrad: { images: [0, 'output'] },
};

/** `block` is the number of channels of a block; null for processors and tests without. */
export function assignLayouts(program: Program, block: number | null): (value: Value) => Layout {
  const families = new Families();
  const wishes = new Map<Value, 'image' | 'filter'>();
  const nodes = liveNodes(program);
  for (const node of nodes) {
    if (ELEMENTWISE.has(node.kernel)) unite(node, families);
  }
  const wish = (value: Value, role: 'image' | 'filter'): void => {
    const head = families.head(value);
    if (!wishes.has(head)) wishes.set(head, role);
  };
  for (const node of nodes) {
    const roles = isProduct(node) ? undefined : ROLES[node.kernel];
    const at = (which: number | 'output'): Value => (which === 'output' ? node.outputs[0]! : node.inputs[which]!);
    roles?.images.forEach((which) => {
      wish(at(which), 'image');
    });
    if (roles?.filter !== undefined) wish(at(roles.filter), 'filter');
  }
  return (value) => {
    if (value.shape.length !== 4) return 'plain';
    const role = wishes.get(families.head(value));
    if (role === undefined) return 'plain';
    return role === 'image' ? imageLayout(value.shape, block) : filterLayout(value.shape, block);
  };
}

function imageLayout(shape: readonly number[], block: number | null): Layout {
  return block !== null && shape[3]! % block === 0 ? 'blocked' : 'channels-first';
}

function filterLayout(shape: readonly number[], block: number | null): Layout {
  const [height, width, input, output] = shape as [number, number, number, number];
  if (block === null || output % block !== 0) return 'filter';
  if (input % block === 0) return height * width === 1 ? 'filter-by-output' : 'filter-by-input';
  return input < block ? 'filter-of-few' : 'filter';
}

function unite({ inputs, outputs }: Node, families: Families): void {
  const [first] = outputs;
  for (const value of [...inputs, ...outputs])
    if (value !== first && value.shape.length === 4 && sameShape(value.shape, first!.shape))
      families.unite(value, first!);
}

class Families {
  readonly #parents = new Map<Value, Value>();

  head(value: Value): Value {
    let head = value;
    for (let parent = this.#parents.get(head); parent !== undefined; parent = this.#parents.get(head)) head = parent;
    if (head !== value) this.#parents.set(value, head);
    return head;
  }

  unite(a: Value, b: Value): void {
    const [headA, headB] = [this.head(a), this.head(b)];
    if (headA !== headB) this.#parents.set(headA, headB);
  }
}
