import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../event.ts';
import { done, runSketch, turn, type Sketch } from './run.test-support.ts';

const CAPACITY = { cpu: 4, gpu: 2, memory: 1000, disk: 1 };
type Name = keyof typeof CAPACITY;

interface Case {
  readonly stages: Readonly<Record<string, Sketch>>;
  /** Turns of the event loop that each execution takes. */
  readonly turns: Readonly<Record<string, number>>;
  readonly failing: ReadonlySet<string>;
  readonly jobs: number;
  readonly keepGoing: boolean;
}

/** A random DAG: each stage reads some of those before it. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    stages: fc.array(
      fc.record({
        reads: fc.array(fc.nat(100), { maxLength: 3 }),
        resources: fc.record(
          { cpu: fc.constantFrom(0, 0.5, 1, 2, 4, 9), memory: fc.constantFrom(300, 700), disk: fc.constant(1) },
          { requiredKeys: [] },
        ),
        kind: fc.constantFrom('run', 'run', 'run', 'decided-fresh', 'decided-restore', 'fresh', 'blocked'),
        seconds: fc.nat(20),
        turns: fc.integer({ min: 1, max: 6 }),
        fails: fc.constantFrom(false, false, false, false, false, true),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    jobs: fc.integer({ min: 1, max: 6 }),
    keepGoing: fc.boolean(),
  })
  .map(({ stages, jobs, keepGoing }) => {
    const sketches: Record<string, Sketch> = {};
    stages.forEach(({ reads, resources, kind, seconds }, i) => {
      const after = [...new Set(reads.filter(() => i > 0).map((read) => `s${read % i}`))];
      // In a plan, only instances without running producers are fresh.
      const planned =
        kind === 'blocked'
          ? 'blocked'
          : kind === 'fresh' && after.every((id) => sketches[id]!.planned === 'fresh')
            ? 'fresh'
            : 'run';
      sketches[`s${i}`] = {
        after,
        resources: resources,
        seconds,
        planned,
        ...(kind === 'decided-fresh' ? { decided: 'fresh' } : kind === 'decided-restore' ? { decided: 'restore' } : {}),
      };
    });
    return {
      stages: sketches,
      turns: Object.fromEntries(stages.map(({ turns }, i) => [`s${i}`, turns])),
      failing: new Set(stages.flatMap(({ fails }, i) => (fails ? [`s${i}`] : []))),
      jobs,
      keepGoing,
    };
  });

async function run({ stages, turns, failing, jobs, keepGoing }: Case) {
  return runSketch(stages, {
    options: { jobs, keepGoing },
    script: async (id) => {
      for (let i = 0; i < turns[id]!; i++) await turn();
      return failing.has(id) ? { kind: 'exit', code: 1 } : done;
    },
  });
}

const CONCLUSIONS = ['fresh', 'restored', 'succeeded', 'failed', 'blocked'];
const concluded = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    'id' in event && CONCLUSIONS.includes(event.type) ? [{ id: event.id, type: event.type }] : [],
  );

test(
  'whatever the pipeline: each instance once, producers first, never more than there is, the plan first and the end ' +
    'last',
  async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { events, summary } = await run(given);
        expect(events.map(({ type }) => type).filter((type) => type === 'plan' || type === 'finished')).toEqual([
          'plan',
          'finished',
        ]);
        expect([events[0]!.type, events.at(-1)!.type]).toEqual(['plan', 'finished']);

        const good = new Set<string>();
        const seen = new Set<string>();
        const taken: Record<string, number> = {};
        const count = (id: string, sign: 1 | -1): void => {
          const { resources = {} } = given.stages[id]!;
          const wants = { cpu: 1, ...resources, jobs: 1 };
          for (const [name, amount] of Object.entries(wants))
            taken[name] = (taken[name] ?? 0) + sign * Math.min(amount, { ...CAPACITY, jobs: given.jobs }[name as Name]);
        };
        for (const event of events) {
          if (!('id' in event)) continue;
          const id: string = event.id;
          if (event.type === 'started') {
            expect(given.stages[id]!.after!.filter((producer) => !good.has(producer))).toEqual([]);
            count(id, 1);
            for (const [name, amount] of Object.entries(taken))
              expect(amount, name).toBeLessThanOrEqual({ ...CAPACITY, jobs: given.jobs }[name as Name] + 1e-6);
          }
          if (event.type === 'succeeded' || event.type === 'failed') count(id, -1);
          if (!CONCLUSIONS.includes(event.type)) continue;
          expect(seen.has(id), `${id} is concluded once`).toBe(false);
          seen.add(id);
          if (event.type !== 'failed' && event.type !== 'blocked') good.add(id);
        }
        expect(Object.values(summary.counts).reduce((sum, n) => sum + n)).toBe(Object.keys(given.stages).length);
      }),
      { numRuns: 80 },
    );
  },
);

test(
  'with keepGoing all is concluded: what depends on a failure or a missing input is blocked by it, and everything ' +
    'else is done',
  async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { events, summary } = await run({ ...given, keepGoing: true });
        // The oracle: one pass over the DAG.
        const expected: Record<string, string> = {};
        for (const [id, { after, planned, decided }] of Object.entries(given.stages)) {
          const broken = after!.some((producer) => ['failed', 'blocked'].includes(expected[producer]!));
          if (planned === 'blocked' || broken) expected[id] = 'blocked';
          else if (planned === 'fresh' || decided === 'fresh') expected[id] = 'fresh';
          else if (decided === 'restore') expected[id] = 'restored';
          else expected[id] = given.failing.has(id) ? 'failed' : 'succeeded';
        }
        expect(Object.fromEntries(concluded(events).map(({ id, type }) => [id, type]))).toEqual(expected);
        for (const event of events) {
          if (event.type === 'blocked' && event.because !== undefined)
            expect(['failed', 'blocked']).toContain(expected[event.because]);
        }
        expect(summary.outcome).toBe(
          Object.values(expected).some((type) => type === 'failed' || type === 'blocked') ? 'failed' : 'done',
        );
      }),
      { numRuns: 60 },
    );
  },
);

test('without keepGoing nothing starts after a failure', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { events } = await run({ ...given, keepGoing: false, jobs: 1 });
      const failed = events.findIndex(({ type }) => type === 'failed');
      if (failed >= 0) expect(events.slice(failed).filter(({ type }) => type === 'started')).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

/** Seconds to the end of the longest chain behind each stage: the oracle, straight from the definition. */
function behind(stages: Case['stages'], id: string): number {
  const { planned, seconds = 1 } = stages[id]!;
  const after = Object.keys(stages).filter((other) => stages[other]!.after!.includes(id));
  return (planned === 'run' ? seconds : 0) + Math.max(0, ...after.map((other) => behind(stages, other)));
}

test('one at a time, the one with the longest path starts, whatever the pipeline', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      // Restoring continues beside an execution, and may end between the choice of the next one and its start.
      const stages = Object.fromEntries(
        Object.entries(given.stages).map(([id, { planned = 'run', ...stage }]): [string, Sketch] => [
          id,
          { ...stage, planned, ...(planned === 'run' && { decided: 'run' }) },
        ]),
      );
      const { events } = await run({ ...given, stages, jobs: 1, keepGoing: true });
      const good = new Set<string>();
      const left = new Set(Object.keys(stages).filter((id) => stages[id]!.planned === 'run'));
      for (const event of events) {
        if (!('id' in event)) continue;
        if (event.type === 'started') {
          const ready = [...left].filter((id) => given.stages[id]!.after!.every((producer) => good.has(producer)));
          expect(behind(given.stages, event.id)).toBe(Math.max(...ready.map((id) => behind(given.stages, id))));
          left.delete(event.id);
        }
        if (['fresh', 'restored', 'succeeded'].includes(event.type)) good.add(event.id);
      }
    }),
    { numRuns: 60 },
  );
});

test(
  'nobody starves: what is ready is overtaken by less urgent ones that use what it lacks only if they were on their ' +
    'way already',
  async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { events } = await run({ ...given, keepGoing: true });
        const capacity = { ...CAPACITY, jobs: given.jobs };
        const wants = (id: string): Record<string, number> => {
          const all: Record<string, number> = { cpu: 1, ...given.stages[id]!.resources, jobs: 1 };
          return { ...all, cpu: Math.min(all.cpu!, capacity.cpu) };
        };
        const good = new Set<string>();
        const running = new Set<string>();
        const left = new Set(
          Object.entries(given.stages).flatMap(([id, { planned, decided }]) =>
            planned === 'run' && decided === undefined ? [id] : [],
          ),
        );
        const overtaken = new Map<string, number>();
        for (const event of events) {
          if (!('id' in event)) continue;
          const id: string = event.id;
          if (event.type === 'started') {
            left.delete(id);
            const free = (name: string): number =>
              capacity[name as Name] - [...running].reduce((sum, other) => sum + (wants(other)[name] ?? 0), 0);
            for (const other of left) {
              const ready = given.stages[other]!.after!.every((producer) => good.has(producer));
              if (!ready || behind(given.stages, other) <= behind(given.stages, id)) continue;
              const lacking = Object.entries(wants(other)).flatMap(([name, amount]) =>
                amount > free(name) + 1e-9 ? [name] : [],
              );
              if (lacking.length === 0 || lacking.some((name) => (wants(id)[name] ?? 0) > 0))
                overtaken.set(other, (overtaken.get(other) ?? 0) + 1);
            }
            running.add(id);
          }
          if (CONCLUSIONS.includes(event.type)) running.delete(id);
          if (['fresh', 'restored', 'succeeded'].includes(event.type)) good.add(id);
        }
        for (const times of overtaken.values()) expect(times).toBeLessThanOrEqual(given.jobs);
      }),
      { numRuns: 60 },
    );
  },
);

test('the longest expected path starts first', async () => {
  const { story } = await runSketch(
    { short: { seconds: 5 }, first: { seconds: 1 }, long: { seconds: 9, after: ['first'] } },
    { options: { jobs: 1 } },
  );
  expect(story.filter((line) => line.startsWith('started'))).toEqual([
    'started first',
    'started long',
    'started short',
  ]);
});

test('what a more urgent instance is short of is kept for it, and only what needs none of that overtakes', async () => {
  const whole = { seconds: 100, resources: { cpu: 4 } };
  const { story } = await runSketch(
    {
      opening: { seconds: 200, resources: { cpu: 1 } },
      whole,
      small: { seconds: 1, resources: { cpu: 1 } },
      other: { seconds: 1, resources: { cpu: 0, disk: 1 } },
    },
    {
      script: async (id) => {
        for (let i = 0; i < (id === 'opening' ? 10 : 1); i++) await turn();
        return done;
      },
    },
  );
  const started = story.filter((line) => line.startsWith('started'));
  expect(started).toEqual(['started opening', 'started other', 'started whole', 'started small']);
  expect(story.indexOf('started whole')).toBeGreaterThan(story.indexOf('succeeded opening'));
});
