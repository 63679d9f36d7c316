/**
 * Random small programs on integers and truths: every engine computes exactly the results of tfjs, operation by
 * operation.
 */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { draw, engines, evaluate } from './agreement.test-support.ts';

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

type Integers = tf.Tensor2D;
const [ROWS, COLUMNS] = [6, 8];
const int = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'int32');
const wide = (column: tf.Tensor): tf.Tensor => tf.tile(tf.reshape(column, [ROWS, 1]), [1, COLUMNS]);
const positive = (x: tf.Tensor): tf.Tensor => tf.add(tf.abs(x), tf.scalar(1, 'int32'));
const one = (value: number): tf.Scalar => tf.scalar(value, 'int32');

/** Integers [6, 8], of either sign and below 31 in size, to integers of that shape. */
const OPERATIONS: readonly ((x: Integers, earlier: Integers) => tf.Tensor)[] = [
  (x, earlier) => tf.add(x, earlier),
  (x, earlier) => tf.sub(x, earlier),
  (x, earlier) => tf.mul(x, earlier),
  (x, earlier) => tf.maximum(x, earlier),
  (x, earlier) => tf.minimum(tf.neg(x), earlier),
  (x, earlier) => tf.squaredDifference(x, tf.square(earlier)),
  (x, earlier) => tf.floorDiv(x, positive(earlier)),
  (x, earlier) => tf.mod(x, positive(earlier)),
  (x) => tf.abs(x),
  (x) => int(tf.clipByValue(x, -3, 9)),
  (x, earlier) => int(tf.greater(x, earlier)),
  (x, earlier) => int(tf.greaterEqual(x, tf.reverse(earlier, 0))),
  (x, earlier) => int(tf.less(x, earlier)),
  (x, earlier) => int(tf.lessEqual(tf.abs(x), earlier)),
  (x, earlier) => int(tf.equal(x, tf.reverse(earlier, 1))),
  (x, earlier) => int(tf.notEqual(tf.mod(x, one(3)), tf.mod(earlier, one(3)))),
  (x, earlier) => int(tf.logicalAnd(tf.greater(x, one(2)), tf.less(earlier, one(5)))),
  (x, earlier) => int(tf.logicalOr(tf.cast(x, 'bool'), tf.logicalNot(tf.cast(earlier, 'bool')))),
  (x, earlier) => tf.where(tf.greater(x, earlier), x, tf.sub(earlier, x)),
  (x, earlier) =>
    tf.where(tf.cast(tf.mod(x, one(2)), 'bool'), earlier, tf.fill<tf.Rank.R2>([ROWS, COLUMNS], 7, 'int32')),
  (x) => tf.gather(x, tf.tensor1d([5, 0, 1, 1, 3, 2], 'int32')),
  (x, earlier) => tf.gather(x, tf.mod(tf.reshape(tf.slice(earlier, [0, 2], [ROWS, 1]), [ROWS]), one(ROWS))),
  (x) => wide(tf.argMax(x, 1)),
  (x) => tf.tile(tf.reshape(tf.argMin(x, 0), [1, COLUMNS]), [ROWS, 1]),
  (x) => tf.cumsum(x, 1),
  (x) => tf.cumsum(x, 0, true, true),
  (x) => tf.topk(x, COLUMNS).values,
  (x) => tf.topk(x, COLUMNS).indices,
  (x) => wide(tf.sum(x, 1)),
  (x) => wide(tf.max(x, 1)),
  (x) => tf.tile(tf.min(x, 0, true), [ROWS, 1]),
  (x) => wide(tf.prod(tf.mod(x, one(3)), 1)),
  (x) => wide(int(tf.any(tf.greater(x, one(9)), 1))),
  (x) => wide(int(tf.all(tf.less(x, one(9)), 1))),
  (x) => int(tf.oneHot(tf.mod<tf.Tensor1D>(tf.reshape(tf.slice(x, [0, 0], [ROWS, 1]), [ROWS]), one(COLUMNS)), COLUMNS)),
  (x) => tf.reshape(tf.transpose(x), [ROWS, COLUMNS]),
  (x) =>
    tf.slice(
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        4,
      ),
      [0, 2],
      [ROWS, COLUMNS],
    ),
  (x) => tf.reverse(tf.stridedSlice(x, [5, 0], [-7, COLUMNS], [-1, 1]), 1),
  (x, earlier) => tf.concat([tf.slice(x, [0, 3], [ROWS, 5]), tf.slice(earlier, [0, 0], [ROWS, 3])], 1),
  (x) => tf.stack(tf.unstack(x, 1).reverse(), 1),
  (x, earlier) =>
    int(
      tf.unsortedSegmentSum(
        x,
        tf.mod<tf.Tensor1D>(tf.reshape(tf.slice(earlier, [0, 0], [ROWS, 1]), [ROWS]), one(ROWS)),
        ROWS,
      ),
    ), // tfjs's own gives floats
  (x) => int(tf.mul(tf.cast(x, 'float32'), 0.4)), // towards zero
  (x) => int(tf.floor(tf.div(tf.cast(x, 'float32'), 3))),
];

const PROGRAMS = Number(process.env.RANDOM_PROGRAMS ?? 12);

const step = fc.record({ operation: fc.nat(OPERATIONS.length - 1), from: fc.nat(8), with: fc.nat(8) });

test(
  'integers and truths of programs of up to eight operations are equal on every engine',
  async () => {
    const inputs = { x: draw({ dtype: 'int32', shape: [ROWS, COLUMNS], below: 31 }, 'x') };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (program) => {
        const make = ({ x }: Record<string, tf.Tensor>): tf.Tensor[] => {
          const values = [tf.sub<Integers>(x!, one(15))];
          for (const { operation, from, with: other } of program) {
            const at = (back: number): Integers => values[Math.max(0, values.length - 1 - Math.max(0, back - 5))]!;
            const made = OPERATIONS[operation]!(at(from), at(other));
            // Small again, with the sign that it had: nothing overflows.
            values.push(tf.sub<Integers>(made, tf.mul(tf.floorDiv(made, one(31)), one(31))));
          }
          return values;
        };
        const expected = await evaluate(engines.eager, make, inputs);
        for (const [name, engine] of Object.entries(engines))
          expect(await evaluate(engine, make, inputs), name).toEqual(expected);
      }),
      { numRuns: PROGRAMS },
    );
  },
  PROGRAMS * 30_000,
);
