/** Writes a fine-tuned classifier for programs other than this one. */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { writeExportedModel, type ExportedModel } from '../src/formats/exported-model.ts';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { encodeOnnxClassifier, encodeTorchStateDict } from '../src/learn/nn/export.ts';
import { defineStage, input, output } from '../src/stage/index.ts';

export default defineStage({
  inputs: {
    /** `dataset.json`: the classes. */
    dataset: input,
    /** `weights.safetensors` of fine-tuning. */
    weights: input,
  },
  params: Type.Object({
    /** Side of the images, in pixels. */
    size: Type.Integer({ minimum: 8 }),
    /** The number of images in one call of the model. */
    batchSize: Type.Integer({ minimum: 1, default: 1 }),
  }),
  outputs: {
    /** `weights.pth`: the state dictionary of torchvision's network, for torch.load(weights_only=True). */
    torch: output,
    /**
     * `model.onnx`: from uint8 RGB images [batchSize, size, size, 3] to probabilities [batchSize, classes]; those of
     * findings do not sum to 1.
     */
    onnx: output,
    /** `model.json`: names of the model's input and output, shapes, classes. */
    about: output,
  },
  run: async ({ inputs, params: { size, batchSize }, outputs }) => {
    const { task, classes } = await readDataset(inputs.dataset);
    const { network, model } = await readClassifier(inputs.weights, classes);
    const {
      bytes,
      input: pixels,
      output: answer,
    } = encodeOnnxClassifier(network, model, { batchSize, size, exclusive: task !== 'findings' });
    const about: ExportedModel = {
      network: network.name,
      stem: network.stem,
      classes,
      input: { name: pixels, dtype: 'uint8', shape: [batchSize, size, size, 3] },
      output: { name: answer, dtype: 'float32', shape: [batchSize, classes.length] },
    };
    const metadata = { architecture: network.name, stem: network.stem, classes: classes.join(',') };
    await writeFile(outputs.torch, encodeTorchStateDict(model, metadata));
    await writeFile(outputs.onnx, bytes);
    await writeExportedModel(outputs.about, about);
  },
});
