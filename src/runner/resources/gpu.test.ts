import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { busyGpus } from './busy-gpus.ts';
import { leaseGpus } from './gpu-leases.ts';
import { describeAbsence, surveyGpus, type Gpu } from './gpu.ts';
import { nvidiaSmiWithin, type NvidiaSmi } from './nvidia-smi.ts';

const CARDS: readonly Gpu[] = ['GPU-a1', 'GPU-b2', 'GPU-c3'].map((uuid) => ({ uuid, name: 'NVIDIA H200' }));
const three = smi({ '--query-gpu': CARDS.map(({ uuid, name }) => `${uuid}, ${name}\n`).join('') });
const idle = (): Promise<Set<string>> => Promise.resolve(new Set());

/** Answers by the beginning of the first argument; nothing else is known. */
function smi(answers: Readonly<Record<string, string>>): NvidiaSmi {
  return ([first = '']) => Promise.resolve({ kind: 'answered', text: answers[first.split('=')[0] ?? ''] ?? '' });
}

const gpusOf = async (...question: Parameters<typeof surveyGpus>): Promise<readonly Gpu[]> => {
  const survey = await surveyGpus(...question);
  return survey.kind === 'found' ? survey.gpus : [];
};

function temporary(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gpus-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** A program named nvidia-smi, first on the path. */
function install(script: string): void {
  const folder = temporary();
  writeFileSync(path.join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, 'nvidia-smi'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH!}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

test('what nvidia-smi prints is understood', async () => {
  install(`case "$*" in
  '--query-gpu=uuid,name --format=csv,noheader,nounits') printf 'GPU-a1, NVIDIA H200\\nGPU-b2, NVIDIA H200\\n';;
  '--query-compute-apps=gpu_uuid --format=csv,noheader,nounits') printf 'GPU-b2\\nGPU-b2\\n';;
esac`);
  expect(await surveyGpus(undefined)).toEqual({ kind: 'found', gpus: CARDS.slice(0, 2) });
  expect(await busyGpus(CARDS)).toEqual(new Set(['GPU-b2']));
});

describe('where no GPU can be used, it is said why', () => {
  test('there is no nvidia-smi', async () => {
    vi.stubEnv('PATH', temporary());
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await surveyGpus(undefined)).toEqual({ kind: 'none' });
    expect(await busyGpus(CARDS)).toEqual(new Set());
  });

  test('nvidia-smi finds no card', async () => {
    install('echo "No devices were found"; exit 6');
    expect(await surveyGpus(undefined)).toEqual({ kind: 'none' });
  });

  test('the driver fails: what nvidia-smi says is told', async () => {
    install('echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18');
    expect(await surveyGpus(undefined)).toEqual({
      kind: 'failed',
      message: 'it ended with code 18: Failed to initialize NVML: Driver/library version mismatch',
    });
  });

  test('nvidia-smi hangs: it is not waited for, nor for what it started', async () => {
    install('sleep 600');
    expect(await surveyGpus(undefined, nvidiaSmiWithin(2000))).toEqual({
      kind: 'failed',
      message: 'it did not answer within 2 seconds',
    });
  });

  test('what nvidia-smi says is no list of cards', async () => {
    const survey = await surveyGpus(undefined, smi({ '--query-gpu': '\u001b[31m../../etc\u0000, H200\n' }));
    expect(survey).toEqual({
      kind: 'failed',
      message: 'it said "\ufffd[31m../../etc\ufffd, H200" where UUIDs of cards were expected',
    });
  });

  test('CUDA_VISIBLE_DEVICES hides all', async () => {
    const survey = await surveyGpus('', three);
    expect(survey).toEqual({ kind: 'hidden', count: 3, value: '' });
    expect(survey.kind === 'hidden' && describeAbsence(survey)).toBe(
      'CUDA_VISIBLE_DEVICES is "" and hides every GPU of this machine (3)',
    );
  });
});

test('control characters of a name are made visible', async () => {
  expect(await gpusOf(undefined, smi({ '--query-gpu': 'GPU-a1, H200\u001b]0;title\u0007\u0000\n' }))).toEqual([
    { uuid: 'GPU-a1', name: 'H200\ufffd]0;title\ufffd\ufffd' },
  ]);
});

// CUDA C++ Programming Guide, CUDA_VISIBLE_DEVICES: what follows an invalid entry is invisible too.
test.each([
  [undefined, ['GPU-a1', 'GPU-b2', 'GPU-c3']],
  ['', []],
  ['-1', []],
  ['2,0', ['GPU-c3', 'GPU-a1']],
  ['GPU-b', ['GPU-b2']],
  ['1,9,0', ['GPU-b2']],
  ['1,1', ['GPU-b2']],
])('CUDA_VISIBLE_DEVICES=%s leaves %j', async (visible, uuids) => {
  expect((await gpusOf(visible, three)).map(({ uuid }) => uuid)).toEqual(uuids);
});

describe('cards that are divided by MIG', () => {
  const UUIDS = ['GPU-a1', 'GPU-b2'];
  const PARTS = ['MIG-11', 'MIG-12', 'MIG-GPU-b2/7/0'];
  const listing = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-a1)
  MIG 1g.5gb      Device  0: (UUID: MIG-11)
  MIG 2g.10gb     Device  1: (UUID: MIG-12)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-b2)
  MIG 7g.40gb     Device  0: (UUID: MIG-GPU-b2/7/0)
`;
  const instance = (part: number, compute: number): string =>
    `<gpu_instance_id>${part}</gpu_instance_id><compute_instance_id>${compute}</compute_instance_id>`;
  const report = `<nvidia_smi_log><gpu id="0"><uuid>GPU-a1</uuid><mig_devices>
<mig_device><index>0</index>${instance(9, 0)}</mig_device><mig_device><index>1</index>${instance(5, 0)}</mig_device>
</mig_devices><processes><process_info>${instance(5, 0)}<pid>77</pid></process_info></processes></gpu></nvidia_smi_log>`;
  const divided = smi({
    '--query-gpu': UUIDS.map((uuid) => `${uuid}, NVIDIA A100-SXM4-40GB\n`).join(''),
    '-L': listing,
    '--query-compute-apps': 'GPU-a1\n',
    '-q': report,
  });

  test.each([
    [undefined, PARTS],
    ['MIG-12', ['MIG-12']],
    ['MIG-GPU-b2/7/0', ['MIG-GPU-b2/7/0']],
    ['1,MIG-11', ['MIG-GPU-b2/7/0', 'MIG-11']],
    ['GPU-a1', ['MIG-11']],
    ['MIG-99', []],
  ])('CUDA_VISIBLE_DEVICES=%s leaves the parts %j', async (visible, uuids) => {
    expect((await gpusOf(visible, divided)).map(({ uuid }) => uuid)).toEqual(uuids);
  });

  test('a part is named after its card and its size', async () => {
    expect((await gpusOf(undefined, divided))[1]?.name).toBe('NVIDIA A100-SXM4-40GB MIG 2g.10gb');
  });

  test('a part on which somebody computes does not make the others busy', async () => {
    const gpus = await gpusOf(undefined, divided);
    expect(await busyGpus(gpus, divided)).toEqual(new Set(['MIG-12']));
    expect(await busyGpus(gpus, smi({ '--query-compute-apps': 'GPU-a1\n' }))).toEqual(new Set());
    expect(await busyGpus(gpus, smi({ '--query-compute-apps': 'MIG-11\n' }))).toEqual(new Set(['MIG-11']));
  });

  test('each part is leased for itself, whatever its identifier holds', async () => {
    const [folder, gpus] = [temporary(), await gpusOf(undefined, divided)];
    for (const gpu of gpus) expect((await leaseGpus([gpu], 1, idle, folder)).gpus).toEqual([gpu]);
    expect(await leaseGpus(gpus, 1, idle, folder)).toMatchObject({ gpus: undefined });
  });
});

test('two leases never share a card, and a release gives it back', async () => {
  const folder = temporary();
  const first = await leaseGpus(CARDS, 2, idle, folder);
  expect(first.gpus).toEqual(CARDS.slice(0, 2));
  const second = await leaseGpus(CARDS, 1, idle, folder);
  expect(second.gpus).toEqual(CARDS.slice(2));
  expect(await leaseGpus(CARDS, 1, idle, folder)).toEqual({ gpus: undefined, holders: [`process ${process.pid}`] });
  if (first.gpus) first.release();
  expect((await leaseGpus(CARDS, 1, idle, folder)).gpus).toEqual(CARDS.slice(0, 1));
});

test('a card on which somebody computes is passed over', async () => {
  const folder = temporary();
  expect((await leaseGpus(CARDS, 1, () => Promise.resolve(new Set(['GPU-a1'])), folder)).gpus).toEqual([CARDS[1]]);
  expect(
    await leaseGpus(CARDS, 1, () => Promise.resolve(new Set(CARDS.map(({ uuid }) => uuid))), folder),
  ).toMatchObject({ gpus: undefined });
});

test('who gets too few keeps none', async () => {
  const folder = temporary();
  const first = await leaseGpus(CARDS, 2, idle, folder);
  expect(await leaseGpus(CARDS, 2, idle, folder)).toMatchObject({ gpus: undefined });
  expect((await leaseGpus(CARDS, 1, idle, folder)).gpus).toEqual(CARDS.slice(2));
  expect(first.gpus).toBeDefined();
});
