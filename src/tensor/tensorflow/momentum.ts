/**
 * Finds updates by momentum, v <- m v + g and w <- w - r v. TensorFlow has one in-place operation for them.
 *
 * Written out they are four passes over all weights with a new buffer each: a quarter of a step of a ResNet-18 on 32
 * images of 64 px in bfloat16.
 */
import { splatOf } from '../graph/graph.ts';
import type { Node, Value } from '../graph/node.ts';
import { countUses, type Program } from '../graph/program.ts';

export interface MomentumUpdate {
  /** The leaves of the state that are w and v. */
  readonly weight: number;
  readonly velocity: number;
  readonly gradient: Value;
  readonly momentum: number;
  /** A scalar; undefined: 1. */
  readonly rate: Value | undefined;
  /** The nodes that the one operation replaces. No other node reads them. */
  readonly nodes: readonly Node[];
}

export function findMomentum(program: Program): MomentumUpdate[] {
  const uses = countUses(program);
  const velocities = new Map(program.state.map(({ next }, index) => [next, index]));
  return program.state.flatMap(
    ({ value, next }, weight) => matchUpdate(program, uses, velocities, { value, next, weight }) ?? [],
  );
}

interface Leaf {
  readonly value: Value;
  readonly next: Value;
  readonly weight: number;
}

function matchUpdate(
  { state }: Program,
  uses: ReadonlyMap<Value, number>,
  velocities: ReadonlyMap<Value, number>,
  { value, next, weight }: Leaf,
): MomentumUpdate | undefined {
  const isRead = (by: Value, times: number): boolean => uses.get(by) === times;
  const [from, moved] = operandsOf(next, 'Sub');
  if (from !== value || moved === undefined || !isRead(next, 1)) return undefined;
  const scaled = scaledVelocity(moved, velocities);
  // The next velocity is read as a result, and by the update of the weight.
  if (scaled === undefined || !isRead(scaled.velocity, 2) || (scaled.rate !== undefined && !isRead(moved, 1)))
    return undefined;
  const velocity = velocities.get(scaled.velocity)!;
  const decayed = decayedSum(scaled.velocity, state[velocity]!.value);
  if (decayed === undefined || velocity === weight || !isRead(decayed.kept, 1)) return undefined;
  const nodes = [next, moved, scaled.velocity, decayed.kept].map(({ node }) => node);
  return {
    weight,
    velocity,
    gradient: decayed.gradient,
    momentum: decayed.momentum,
    rate: scaled.rate,
    nodes: [...new Set(nodes)],
  };
}

/** `velocity * rate` with a scalar rate, either way round, or the velocity itself. */
function scaledVelocity(
  moved: Value,
  velocities: ReadonlyMap<Value, number>,
): { velocity: Value; rate: Value | undefined } | undefined {
  if (velocities.has(moved)) return { velocity: moved, rate: undefined };
  for (const [velocity, rate] of bothWays(moved, 'Multiply'))
    if (velocities.has(velocity) && rate.shape.length === 0) return { velocity, rate };
  return undefined;
}

/** `old * momentum + gradient`, any way round. */
function decayedSum(next: Value, old: Value): { kept: Value; gradient: Value; momentum: number } | undefined {
  for (const [kept, gradient] of bothWays(next, 'Add')) {
    for (const [factor, number] of bothWays(kept, 'Multiply')) {
      const momentum = splatOf(number);
      if (factor === old && momentum !== undefined && gradient.shape.join() === old.shape.join())
        return { kept, gradient, momentum };
    }
  }
  return undefined;
}

const operandsOf = ({ node }: Value, kernel: string): readonly Value[] => (node.kernel === kernel ? node.inputs : []);

function bothWays(value: Value, kernel: string): (readonly [Value, Value])[] {
  const [a, b] = operandsOf(value, kernel);
  return a === undefined || b === undefined
    ? []
    : [
        [a, b],
        [b, a],
      ];
}
