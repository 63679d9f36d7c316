import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { encodeTorch } from '../../tensor/torch/write.ts';
import { initializeResNet, initializeLinear } from './initialize.ts';
import { toTorchvision } from './layout.ts';
import { resnet } from './resnet.ts';
import { loadStart } from './start.ts';
import { layerNames, readBackbone, stateDictShapes, writeWeights } from './weights.ts';

const network = resnet('resnet-small');
const zeros = (shape: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('what is written is read back bit for bit, and lies on disk as torchvision has it', async () => {
  const path = join(folder, 'whole.safetensors');
  const model = initializeResNet(network, ['test', 0]);
  await writeWeights(
    path,
    { ...model, params: { ...model.params, ...initializeLinear('fc', 64, 3, ['test', 0]) } },
    { architecture: 'resnet-small' },
  );
  const { given, match } = await readBackbone(path, network);
  expect(given).toEqual({ ...model.params, ...model.stats });
  expect(match).toMatchObject({
    missing: [],
    leftOver: ['fc.bias', 'fc.weight'],
    metadata: { architecture: 'resnet-small' },
  });
  const { tensors } = await readSafetensors(path);
  expect(tensors['layer2.0.conv1.weight']!.shape).toEqual([32, 16, 3, 3]);
  expect(tensors['fc.weight']!.shape).toEqual([3, 64]);
});

test('what a file lacks is drawn at random and reported, what it has too much is reported', async () => {
  const path = join(folder, 'part.safetensors');
  const shapes = [...stateDictShapes(network)].filter(([name]) => !name.startsWith('layer3.'));
  await writeSafetensors(path, {
    ...Object.fromEntries(shapes.map(([name, shape]) => [name, zeros(shape)])),
    'extra.weight': zeros([2]),
    'bn1.num_batches_tracked': zeros([]),
  });
  const { backbone, notes, warning } = await loadStart(path, network, ['test', 0]);
  const missing = [
    'layer3.0.conv1',
    'layer3.0.bn1',
    'layer3.0.conv2',
    'layer3.0.bn2',
    'layer3.0.downsample.0',
    'layer3.0.downsample.1',
  ];
  expect(notes).toEqual({
    start: 'weights',
    tensorsMatched: shapes.length,
    layersDrawnAtRandom: missing,
    tensorsNotUsed: ['extra.weight'],
  });
  expect(warning).toBe(
    `The weights file has no ${missing.join(', ')}: these 6 layers of resnet-small were drawn at random.`,
  );
  expect(backbone.params['layer3.0.conv1.weight']).toEqual(
    initializeResNet(network, ['test', 0]).params['layer3.0.conv1.weight'],
  );
  expect(Math.max(...backbone.params['layer2.0.conv1.weight']!.data)).toBe(0);
});

test("a checkpoint of torch's is a start as well, under the names that parallel training gave", async () => {
  const path = join(folder, 'checkpoint.pth');
  const model = initializeResNet(network, ['test', 3]);
  await writeFile(
    path,
    encodeTorch(
      Object.fromEntries(
        Object.entries({ ...model.params, ...model.stats }).map(([name, tensor]) => [
          `module.${name}`,
          toTorchvision(tensor),
        ]),
      ),
      { arch: 'resnet-small' },
    ),
  );
  expect((await loadStart(path, network, ['test', 0])).backbone).toEqual(model);
  await expect(loadStart(path, resnet('resnet18'), ['test', 0])).rejects.toThrow(
    'holds weights of resnet-small, but the network is resnet18',
  );
});

test('a tensor that does not fit stops with both shapes', async () => {
  const path = join(folder, 'misfit.safetensors');
  await writeSafetensors(path, { 'conv1.weight': zeros([16, 3, 7, 7]), 'bn1.weight': zeros([16]) });
  await expect(readBackbone(path, network)).rejects.toThrow(
    `${path} does not fit resnet-small with the cifar stem: conv1.weight is [16, 3, 7, 7], wanted [16, 3, 3, 3].`,
  );
});

test('weights of another architecture stop, even where shapes would fit', async () => {
  const path = join(folder, 'other.safetensors');
  await writeSafetensors(path, { 'bn1.weight': zeros([16]) }, { architecture: 'resnet34' });
  await expect(readBackbone(path, network)).rejects.toThrow(
    'holds weights of resnet34, but the network is resnet-small',
  );
});

test('a file without any tensor of the network stops', async () => {
  const path = join(folder, 'foreign.safetensors');
  await writeSafetensors(path, { 'encoder.weight': zeros([2]) });
  await expect(readBackbone(path, network)).rejects.toThrow(
    "holds no tensor of resnet-small. Wanted torchvision's names (conv1.weight, ...), with any prefix, found " +
      'encoder.weight.',
  );
});

// Real weights are beside the checkout on machines with the data.
const REAL = join(import.meta.dirname, '../../../../shared/data/weights/resnet18-imagenet-stages1-3.safetensors');
test.runIf(existsSync(REAL))(
  'the ImageNet weights of stages 1 to 3 match, and stage 4 is reported missing',
  async () => {
    const { match } = await readBackbone(REAL, resnet('resnet18'));
    expect(layerNames(match.missing)).toEqual([
      'layer4.0.conv1',
      'layer4.0.bn1',
      'layer4.0.conv2',
      'layer4.0.bn2',
      'layer4.1.conv1',
      'layer4.1.bn1',
      'layer4.1.conv2',
      'layer4.1.bn2',
    ]);
    expect(match.leftOver).toEqual([]);
    expect(match.matched).toHaveLength(16 * 5);
  },
);

test('a deeper network of the same channels is refused with the layers that the network lacks', async () => {
  const path = join(folder, 'deeper.safetensors');
  const shapes = [...stateDictShapes(network)];
  const more = shapes
    .filter(([name]) => name.startsWith('layer1.0.conv'))
    .map(([name, shape]) => [name.replace('.0.', '.1.'), shape] as const);
  await writeSafetensors(path, Object.fromEntries([...shapes, ...more].map(([name, shape]) => [name, zeros(shape)])));
  await expect(readBackbone(path, network)).rejects.toThrow(
    /holds layers that resnet-small lacks: layer1\.1\.conv1; layer1\.1\.conv2\. They are of a deeper network/,
  );
});

test('a deeper network in the numbered spelling of lightly is refused too', async () => {
  const path = join(folder, 'deeper-numbered.safetensors');
  const numbered: Readonly<Record<string, string>> = { conv1: '0', bn1: '1', layer1: '4', layer2: '5', layer3: '6' };
  const named = [...stateDictShapes(network)].map(([name, shape]) => {
    const [head = '', ...rest] = name.split('.');
    return [`backbone.${[numbered[head] ?? head, ...rest].join('.')}`, zeros(shape)] as const;
  });
  await writeSafetensors(path, { ...Object.fromEntries(named), 'backbone.4.1.conv1.weight': zeros([16, 16, 3, 3]) });
  await expect(readBackbone(path, network)).rejects.toThrow(/holds layers that resnet-small lacks: 4\.1\.conv1\./);
});

test('a first layer for gray images is named with the remedy', async () => {
  const path = join(folder, 'gray.safetensors');
  const shapes = [...stateDictShapes(network)].map(
    ([name, shape]) => [name, name === 'conv1.weight' ? [16, 1, 3, 3] : shape] as const,
  );
  await writeSafetensors(path, Object.fromEntries(shapes.map(([name, shape]) => [name, zeros(shape)])));
  await expect(readBackbone(path, network)).rejects.toThrow(
    /The first layer is for gray images\. The stage pretext-study\/stages\/spread-gray spreads it over RGB/,
  );
});

test('the encoder of a MoCo checkpoint is read, and its prefix is told', async () => {
  const path = join(folder, 'moco.safetensors');
  const tensors = ['encoder_k', 'encoder_q'].flatMap((encoder) =>
    [...stateDictShapes(network)].map(([name, shape]) => [`module.${encoder}.${name}`, zeros(shape)] as const),
  );
  await writeSafetensors(path, { ...Object.fromEntries(tensors), 'module.queue': zeros([4, 8]) });
  const { match } = await readBackbone(path, network);
  expect([match.prefix, match.missing]).toEqual(['module.encoder_q.', []]);
});

test('weights that are not finite are refused when they are read and when they are written, with the tensor', async () => {
  const path = join(folder, 'nan.safetensors');
  const broken = { dtype: 'float32' as const, shape: [16], data: new Float32Array(16).fill(NaN) };
  await writeSafetensors(path, { 'bn1.running_var': broken });
  await expect(readBackbone(path, network)).rejects.toThrow('bn1.running_var holds NaN or infinity (16 of 16 values)');
  const model = initializeResNet(network, ['test', 0]);
  await expect(
    writeWeights(path, { ...model, stats: { ...model.stats, 'bn1.running_var': broken } }, {}),
  ).rejects.toThrow(
    'Training ended with weights that are not finite: bn1.running_var holds NaN or infinity (16 of 16 values).',
  );
});
