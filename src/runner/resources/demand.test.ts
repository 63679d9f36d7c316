import { describe, expect, test } from 'vitest';
import { capacityOf, demandOf, NoGpuError, noticesOf, requireGpus, requireRoom, type NoRoomError } from './demand.ts';
import { sharing, type Machine } from './machine.ts';
import { Slots } from './slots.ts';

const machine = (gpus: number): Machine => ({
  cpus: 8,
  memoryBytes: 1000,
  survey:
    gpus === 0
      ? { kind: 'none' }
      : { kind: 'found', gpus: Array.from({ length: gpus }, (_, i) => ({ uuid: `GPU-${i}`, name: 'H200' })) },
  slots: {},
});
const asking = (resources: Readonly<Record<string, number>>, stage = 'train') => ({ stage, resources });

test('who asks for nothing gets one processor', () => {
  expect(demandOf(asking({}), machine(0))).toEqual({ cpu: 1, jobs: 1 });
});

test('who asks for a GPU where there is none gets all processors in its place', () => {
  expect(demandOf(asking({ gpu: 1, cpu: 2 }), machine(0))).toEqual({ gpu: 0, cpu: 8, jobs: 1 });
  expect(demandOf(asking({ gpu: 1, cpu: 2 }), machine(1))).toEqual({ gpu: 1, cpu: 2, jobs: 1 });
});

test('processors and GPUs are cut to what there is, and half a card is a whole one; what else is asked for stays', () => {
  expect(demandOf(asking({ cpu: 99, gpu: 3, memory: 500, licence: 2 }), machine(2))).toEqual({
    cpu: 8,
    memory: 500,
    gpu: 2,
    licence: 2,
    jobs: 1,
  });
  expect(demandOf(asking({ gpu: 0.5 }), machine(2))).toEqual({ cpu: 1, gpu: 1, jobs: 1 });
});

test('the user may say how much there is to share, of the machine and of names of his own', () => {
  const shared = sharing(machine(0), { cpu: 2, licence: 3 });
  expect(capacityOf(shared, 5)).toEqual({ jobs: 5, cpu: 2, memory: 1000, gpu: 0, licence: 3 });
  expect(demandOf(asking({ cpu: 4 }), shared)).toEqual({ cpu: 2, jobs: 1 });
});

describe('what would wait for ever is refused', () => {
  const shortages = (instances: ReturnType<typeof asking>[], on = machine(0)) => {
    try {
      requireRoom(instances, on);
      return [];
    } catch (error) {
      return (error as NoRoomError).shortages;
    }
  };

  test('more memory than there is, or more of a name than its one slot', () => {
    expect(
      shortages([asking({ memory: 1001 }), asking({ memory: 2000, disk: 1 }, 'tune'), asking({ licence: 2 })]),
    ).toEqual([
      { stages: 'train, tune', name: 'memory', wanted: 2000, available: 1000 },
      { stages: 'train', name: 'licence', wanted: 2, available: 1 },
    ]);
  });

  test('unless the user has said that there is enough', () => {
    expect(
      shortages([asking({ memory: 2000, licence: 2 })], sharing(machine(0), { memory: 2000, licence: 2 })),
    ).toEqual([]);
  });

  test('and never processors or GPUs, of which fewer do', () => {
    expect(shortages([asking({ cpu: 99, gpu: 9 })])).toEqual([]);
  });
});

describe('where there is a GPU and the engine cannot use it', () => {
  const refused: Machine = {
    ...machine(1),
    cardEngine: { kind: 'unusable', reason: 'There is a GPU (H200) and no engine for it', remedy: 'Add one: do this' },
  };
  const engine = { ...asking({ gpu: 1, cpu: 2 }, 'pretrain'), usesEngine: true };

  test('stages that compute with it get all processors and no GPU', () => {
    expect(demandOf(engine, refused)).toEqual({ gpu: 0, cpu: 8, jobs: 1 });
    expect(noticesOf([engine], refused)).toEqual([
      'There is a GPU (H200) and no engine for it: the processor replaces it in pretrain, one instance at a time. ' +
        'Add one: do this',
    ]);
    expect(() => {
      requireGpus([engine], refused);
    }).toThrow(
      new NoGpuError('pretrain: asks for a GPU. There is a GPU (H200) and no engine for it.', 'Add one: do this'),
    );
  });

  test('all other stages get the GPU', () => {
    expect(demandOf(asking({ gpu: 1, cpu: 2 }), refused)).toEqual({ gpu: 1, cpu: 2, jobs: 1 });
    expect(noticesOf([asking({ gpu: 1 })], refused)).toEqual([]);
    requireGpus([asking({ gpu: 1 })], refused);
  });
});

describe('before a run starts it is said', () => {
  test('which stages the processor stands in for', () => {
    expect(noticesOf([asking({ gpu: 1 }), asking({ gpu: 1 }), asking({}, 'split')], machine(0))).toEqual([
      'No GPU was found: the processor replaces it in train, one instance at a time.',
    ]);
    expect(noticesOf([asking({ gpu: 1 })], machine(1))).toEqual([]);
  });

  test('which stages ask for more than there is', () => {
    expect(noticesOf([asking({ cpu: 9 }), asking({ gpu: 2 }, 'tune')], machine(1))).toEqual([
      'train: requests more processors than available; all 8 will be used.',
      'tune: requests more GPUs than available; all 1 will be used.',
    ]);
  });
});

test('where GPUs are required, fewer are refused', () => {
  expect(() => {
    requireGpus([asking({ gpu: 1 })], machine(0));
  }).toThrow(new NoGpuError('train: asks for a GPU. No GPU was found.'));
  expect(() => {
    requireGpus([asking({ gpu: 2 })], machine(1));
  }).toThrow(NoGpuError);
  requireGpus([asking({ gpu: 1 }), asking({})], machine(1));
});

test('tenths of a slot add up to one', () => {
  const slots = new Slots({ cpu: 1 });
  for (let i = 0; i < 10; i++) slots.take({ cpu: 0.1 });
  expect(slots.lacking({ cpu: 0.1 })).toEqual(['cpu']);
  for (let i = 0; i < 10; i++) slots.give({ cpu: 0.1 });
  expect(slots.lacking({ cpu: 1 })).toEqual([]);
});
