import { expect, test } from 'vitest';
import { sizeOf } from '../../tensor/host-tensor.ts';
import { resnet, resnetStructure, convNormsOf, type NetworkName } from './resnet.ts';
import { stateDictShapes } from './weights.ts';

// torchvision.models.<name>().parameters(), 1000 classes, as its documentation lists them.
test.each<[NetworkName, number, number]>([
  ['resnet18', 11_689_512, 512],
  ['resnet34', 21_797_672, 512],
  ['resnet50', 25_557_032, 2048],
])('%s has %i parameters with 1000 classes', (name, count, width) => {
  const network = resnet(name);
  const trained = [...stateDictShapes(network)].filter(([tensor]) => !tensor.includes('running'));
  const classifier = 1000 * width + 1000;
  expect(trained.reduce((sum, [, shape]) => sum + sizeOf(shape), classifier)).toBe(count);
  expect(resnetStructure(network).features).toBe(width);
});

// Keys of torchvision.models.resnet18().state_dict() that end in `.weight` and are convolutions, with their shapes.
const CONVOLUTIONS_OF_RESNET18 = `
  conv1 64,3,7,7
  layer1.0.conv1 64,64,3,3    layer1.0.conv2 64,64,3,3    layer1.1.conv1 64,64,3,3    layer1.1.conv2 64,64,3,3
  layer2.0.conv1 128,64,3,3   layer2.0.conv2 128,128,3,3  layer2.0.downsample.0 128,64,1,1
  layer2.1.conv1 128,128,3,3  layer2.1.conv2 128,128,3,3
  layer3.0.conv1 256,128,3,3  layer3.0.conv2 256,256,3,3  layer3.0.downsample.0 256,128,1,1
  layer3.1.conv1 256,256,3,3  layer3.1.conv2 256,256,3,3
  layer4.0.conv1 512,256,3,3  layer4.0.conv2 512,512,3,3  layer4.0.downsample.0 512,256,1,1
  layer4.1.conv1 512,512,3,3  layer4.1.conv2 512,512,3,3`;
const NORMS_OF_RESNET18 = `bn1
  layer1.0.bn1 layer1.0.bn2 layer1.1.bn1 layer1.1.bn2
  layer2.0.bn1 layer2.0.bn2 layer2.0.downsample.1 layer2.1.bn1 layer2.1.bn2
  layer3.0.bn1 layer3.0.bn2 layer3.0.downsample.1 layer3.1.bn1 layer3.1.bn2
  layer4.0.bn1 layer4.0.bn2 layer4.0.downsample.1 layer4.1.bn1 layer4.1.bn2`;

test("the tensors of ResNet-18 have torchvision's names and shapes", () => {
  const words = (text: string) => text.trim().split(/\s+/);
  const convolutions = words(CONVOLUTIONS_OF_RESNET18);
  const expected = [
    ...convolutions.flatMap((word, i) => (i % 2 === 0 ? [`${word}.weight ${convolutions[i + 1]!}`] : [])),
    ...words(NORMS_OF_RESNET18).flatMap((norm) =>
      ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${norm}.${part}`),
    ),
  ];
  const found = [...stateDictShapes(resnet('resnet18'))].map(([name, shape]) =>
    shape.length === 4 ? `${name} ${shape.join(',')}` : name,
  );
  expect(found.sort()).toEqual(expected.sort());
});

test('a bottleneck strides in its 3x3 convolution', () => {
  const units = convNormsOf(resnet('resnet50')).filter(({ convolution }) => convolution.startsWith('layer2.0.'));
  expect(units.map(({ convolution, kernel, stride }) => [convolution.slice(9), kernel, stride])).toEqual([
    ['conv1', 1, 1],
    ['conv2', 3, 2],
    ['conv3', 1, 1],
    ['downsample.0', 1, 2],
  ]);
});

test('the CIFAR stem changes the first convolution alone', () => {
  const [usual, small] = [convNormsOf(resnet('resnet18')), convNormsOf(resnet('resnet18', 'cifar'))];
  expect(small[0]).toMatchObject({ kernel: 3, stride: 1 });
  expect(small.slice(1)).toEqual(usual.slice(1));
});
