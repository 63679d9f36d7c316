/**
 * A fine-tuned classifier for programs other than this one.
 *
 * inputs   dataset  dataset.json: the classes
 *          weights  weights.safetensors of fine-tuning
 * params   size     side of the images, in pixels
 *          batch    images that are asked about at a time (1)
 * outputs  torch    weights.pth: the state dictionary of torchvision's network, for torch.load(weights_only=True)
 *          onnx     model.onnx: from uint8 RGB images [batch, size, size, 3] to probabilities [batch, classes]
 *          about    model.json: names of the model's input and output, shapes, classes
 */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { encodeOnnxClassifier, encodeTorchStateDict } from '../src/learn/nn/export.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Object({
  size: Type.Integer({ minimum: 8 }),
  batchSize: Type.Integer({ minimum: 1, default: 1 }),
});

export default async function (stage: Stage): Promise<void> {
  const { size, batchSize } = parameters(Parameters, stage);
  const { classes } = await readDataset(stage.input('dataset'));
  const { network, model } = await readClassifier(stage.input('weights'), classes);
  const { bytes, input, output } = encodeOnnxClassifier(network, model, { batchSize, size });
  const about = {
    network: network.name,
    stem: network.stem,
    classes,
    input: { name: input, dtype: 'uint8', shape: [batchSize, size, size, 3] },
    output: { name: output, dtype: 'float32', shape: [batchSize, classes.length] },
  };
  await writeFile(
    stage.output('torch'),
    encodeTorchStateDict(model, { architecture: network.name, stem: network.stem, classes: classes.join(',') }),
  );
  await writeFile(stage.output('onnx'), bytes);
  await writeFile(stage.output('about'), `${JSON.stringify(about, null, 2)}\n`);
}
