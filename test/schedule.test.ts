import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const CAPACITY = { cpu: 3, memory: 1000, licence: 2 };
const SLOTS = Object.entries(CAPACITY).flatMap(([name, amount]) => ['--slots', `${name}=${amount}`]);

/** A random DAG of real commands: each reads some of those before it, takes a moment, and may fail. */
const dags = fc.array(
  fc.record({
    reads: fc.array(fc.nat(100), { maxLength: 3 }),
    resources: fc.record(
      {
        cpu: fc.constantFrom(0.5, 1, 2, 9),
        memory: fc.constantFrom(300, 700),
        licence: fc.integer({ min: 1, max: 2 }),
      },
      { requiredKeys: [] },
    ),
    hundredths: fc.nat(8),
    fails: fc.constantFrom(false, false, false, false, true),
  }),
  { minLength: 8, maxLength: 14 },
);

test(
  'of random pipelines the events show: producers first, never more than there is, and all is done or blocked by ' +
    'a failure',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(dags, async (stages) => {
        const producers = stages.map(({ reads }, i) => [
          ...new Set(i === 0 ? [] : reads.map((read) => `s${read % i}`)),
        ]);
        const project = await Project.create({
          'pipeline.json': pipelineOf(
            Object.fromEntries(
              stages.map(({ resources, hundredths, fails }, i) => [
                `s${i}`,
                shell(
                  `sleep 0.0${hundredths}; ${fails ? 'exit 1' : `echo ${i} > $PIPELINE_OUTPUT_OUT`}`,
                  Object.fromEntries(producers[i]!.map((stage) => [stage, { stage, output: 'out' }])),
                  { resources },
                ),
              ]),
            ),
          ),
        });
        const { events, code } = await project.run('--keep-going', '--jobs', '4', ...SLOTS);

        const running = new Map<string, Record<string, number>>();
        const ended = new Map<string, string>();
        for (const { type, id = '', resources, because } of events) {
          if (type === 'started') {
            expect(
              producers[Number(id.slice(1))]!.map((producer) => ended.get(producer) ?? 'missing').filter(
                (end) => end !== 'succeeded',
              ),
            ).toEqual([]);
            running.set(id, resources as Record<string, number>);
            expect(running.size).toBeLessThanOrEqual(4);
            for (const [name, amount] of Object.entries(CAPACITY)) {
              expect(
                [...running.values()].reduce((sum, taken) => sum + (taken[name] ?? 0), 0),
                name,
              ).toBeLessThanOrEqual(amount + 1e-9);
            }
          }
          if (type === 'blocked') expect(['failed', 'blocked']).toContain(ended.get(because as string));
          if (['succeeded', 'failed', 'blocked'].includes(type)) {
            expect(ended.has(id)).toBe(false);
            ended.set(id, type);
            running.delete(id);
          }
        }
        stages.forEach(({ fails }, i) => {
          const doomed = producers[i]!.some((producer) => ended.get(producer) !== 'succeeded');
          expect(ended.get(`s${i}`)).toBe(doomed ? 'blocked' : fails ? 'failed' : 'succeeded');
        });
        expect(code).toBe([...ended.values()].includes('failed') ? 1 : 0);
      }),
      { numRuns: 5 },
    );
  },
);
