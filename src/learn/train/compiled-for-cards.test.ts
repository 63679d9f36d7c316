/** Training steps of the study, compiled for GPUs that are not here. Needs the engine xla for GPUs, and no GPU. */
import { describe, expect, test } from 'vitest';
import { simplify } from '../../tensor/graph/simplify.ts';
import { float32, int32, uint8, type HostTensor, type TensorSpec, type Tree } from '../../tensor/host-tensor.ts';
import { testedGpuCompiler } from '../../tensor/test-engines.test-support.ts';
import { trace, type AnyStepFunction } from '../../tensor/trace/trace.ts';
import { describeCard, type CardArchitecture } from '../../tensor/xla/cards.ts';
import { cudaFlags, preloadCuda } from '../../tensor/xla/cuda.ts';
import { textOf } from '../../tensor/xla/engine.ts';
import { countCalls } from '../../tensor/xla/hlo/count-calls.ts';
import { loadPlugin } from '../../tensor/xla/pjrt/plugin.ts';
import { compileAhead } from '../../tensor/xla/pjrt/topology.ts';
import { namedAugmentation, viewParamSpecs } from '../augment/index.ts';
import { initializeClassifier } from '../nn/heads.ts';
import { initializeResNet } from '../nn/initialize.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import { resnet, resnetStructure, type NetworkName } from '../nn/resnet.ts';
import { simclr } from '../ssl/simclr.ts';
import { supervisedStep } from './supervised.ts';

const compiler = testedGpuCompiler();

const [BATCH, SIDE, CLASSES] = [32, 64, 7];
const SGD: Optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 };

interface Program {
  readonly fn: AnyStepFunction;
  readonly specs: { readonly state: Tree<HostTensor>; readonly inputs: Tree<TensorSpec> };
}

/** Fine-tuning, as the stage `finetune` compiles it. */
function finetuning(name: NetworkName): Program {
  const network = resnet(name);
  const { params, stats } = initializeResNet(network, ['cards'], { zeroGamma: true });
  const classifier = initializeClassifier(resnetStructure(network).features, CLASSES, ['cards']);
  const classWeights = new Array<number>(CLASSES).fill(1);
  const trained = supervisedStep({ network, optimizer: SGD, classWeights });
  const inputs = {
    images: uint8([BATCH, SIDE, SIDE, 3]),
    view: viewParamSpecs(namedAugmentation('simclr', { size: SIDE }), BATCH, SIDE),
    labels: int32([BATCH]),
    learningRate: float32([]),
  };
  return program(trained.step, trained.initial({ params: { ...params, ...classifier }, stats }), inputs);
}

/** SimCLR, as the stage `pretrain-simclr` compiles it. */
function pretraining(name: NetworkName): Program {
  const network = resnet(name);
  const augmentation = namedAugmentation('simclr', { size: SIDE });
  const method = simclr({
    network,
    optimizer: SGD,
    augmentation,
    seed: 0,
    temperature: 0.5,
    batchSize: BATCH,
    learningRate: 0.06,
  });
  const view = viewParamSpecs(augmentation, BATCH, SIDE);
  const inputs = { images: uint8([BATCH, SIDE, SIDE, 3]), views: [view, view], learningRate: float32([]) };
  return program(method.step, method.initial(initializeResNet(network, ['cards'], { zeroGamma: true })), inputs);
}

/** A step takes and returns its own type of state; the compiler for devices takes any. */
const program = (step: unknown, state: unknown, inputs: unknown): Program => ({
  fn: step as AnyStepFunction,
  specs: { state: state as Tree<HostTensor>, inputs: inputs as Tree<TensorSpec> },
});

/** A training computes each convolution forward, its weights' gradient, and its input's: images need none. */
const convolutions = (name: NetworkName): number => {
  const { stem, blocks } = resnetStructure(resnet(name));
  const all = [stem, ...blocks.flatMap(({ main, shortcut }) => [...main, ...(shortcut === null ? [] : [shortcut])])];
  return 3 * all.length - 1;
};

test('ResNet-18 has 20 convolutions and ResNet-50 has 53', () => {
  expect([convolutions('resnet18'), convolutions('resnet50')]).toEqual([3 * 20 - 1, 3 * 53 - 1]);
});

describe.skipIf(compiler === undefined)('compiled for a GPU that is not here', () => {
  test.each(
    (['sm_80', 'sm_90', 'sm_100'] as const).flatMap((card) =>
      (['resnet18', 'resnet50'] as const).flatMap((network) => [
        { card, network, name: 'SimCLR', of: pretraining },
        { card, network, name: 'fine-tuning', of: finetuning },
      ]),
    ),
  )(
    'every convolution of $name with $network is a call of cuDNN on $card, and nothing scatters or loops',
    async ({ card, network, of }) => {
      const { cudnn, operations } = countCalls(await compileFor(card, of(network)));
      expect(cudnn).toBe(convolutions(network));
      expect([operations.get('scatter'), operations.get('while')]).toEqual([undefined, undefined]);
    },
    900_000,
  );
});

/** In bfloat16, as on cards. */
async function compileFor(card: CardArchitecture, { fn, specs }: Program): Promise<Buffer> {
  if (compiler === undefined || compiler.variant === 'cpu') throw new Error('Internal error: there is no compiler.');
  const { folder, variant, plugin } = compiler;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  preloadCuda(folder, variant);
  const text = textOf(simplify(trace(fn, specs).program), 'bfloat16');
  const target = describeCard(card, variant === 'cuda12' ? 12 : 13);
  return compileAhead(loadPlugin(plugin), target, text, cudaFlags(folder, variant, false));
}
