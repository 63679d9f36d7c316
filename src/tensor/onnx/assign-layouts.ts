/**
 * Decides the layout of every value, so that few values are converted.
 *
 * Values that elementwise operations connect form a family (union-find) and share a layout. The images of convolutions
 * and pools ask for an image layout for their family, the filters for a filter layout. The optimizer therefore works on
 * blocked filters, and activations stay blocked from the first convolution to the last. A convolution that becomes a
 * matrix product (small-images.ts) asks for no layout, because products take plain values.
 */
import { sameShape } from '../errors.ts';
import {
  BINARY_KERNELS,
  COMPARISON_KERNELS,
  inputsByName,
  isKernelName,
  PREDICATE_KERNELS,
  UNARY_KERNELS,
  type KernelName,
} from '../graph/signatures.ts';
import { filterSides, imageSides } from '../graph/sides.ts';
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

/** The inputs that are images, or a filter, by name; `y` is the output. */
interface Roles {
  readonly images: readonly string[];
  readonly filter?: string;
}

const ROLES: Readonly<Partial<Record<KernelName, Roles>>> = {
  Conv2D: { images: ['x', 'y'], filter: 'filter' },
  Conv2DBackpropInput: { images: ['dy', 'y'], filter: 'filter' },
  Conv2DBackpropFilter: { images: ['x', 'dy'], filter: 'y' },
  DepthwiseConv2dNative: { images: ['x', 'y'] },
  DepthwiseConv2dNativeBackpropInput: { images: ['dy', 'y'] },
  DepthwiseConv2dNativeBackpropFilter: { images: ['x', 'dy'] },
  MaxPool: { images: ['x', 'y'] },
  MaxPoolGrad: { images: ['dy', 'input', 'output', 'y'] },
  AvgPool: { images: ['x', 'y'] },
  AvgPoolGrad: { images: ['dy', 'y'] },
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
    const { images, filter } = rolesOf(node);
    for (const value of images) wish(value, 'image');
    for (const value of filter) wish(value, 'filter');
  }
  return (value) => {
    if (value.shape.length !== 4) return 'plain';
    const role = wishes.get(families.head(value));
    if (role === undefined) return 'plain';
    return role === 'image' ? imageLayout(value.shape, block) : filterLayout(value.shape, block);
  };
}

function rolesOf(node: Node): { readonly images: readonly Value[]; readonly filter: readonly Value[] } {
  const { kernel, inputs, outputs } = node;
  const roles = isKernelName(kernel) && !isProduct(node) ? ROLES[kernel] : undefined;
  if (roles === undefined || !isKernelName(kernel)) return { images: [], filter: [] };
  const values = new Map(Object.entries(inputsByName(kernel, inputs) as object as Readonly<Record<string, Value>>));
  for (const output of outputs) values.set('y', output);
  const named = (names: readonly string[]): Value[] => names.flatMap((name) => values.get(name) ?? []);
  return { images: named(roles.images), filter: named(roles.filter === undefined ? [] : [roles.filter]) };
}

function imageLayout(shape: readonly number[], block: number | null): Layout {
  return block !== null && imageSides(shape).channels % block === 0 ? 'blocked' : 'channels-first';
}

function filterLayout(shape: readonly number[], block: number | null): Layout {
  const { height, width, input, output } = filterSides(shape);
  if (block === null || output % block !== 0) return 'filter';
  if (input % block === 0) return height * width === 1 ? 'filter-by-output' : 'filter-by-input';
  return input < block ? 'filter-of-few' : 'filter';
}

function unite({ inputs, outputs: [first, ...others] }: Node, families: Families): void {
  if (first === undefined) return;
  for (const value of [...inputs, ...others])
    if (value.shape.length === 4 && sameShape(value.shape, first.shape)) families.unite(value, first);
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
