/** Computes features of every image by an encoder that others trained, given as an ONNX file. */
import { readFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { embedImages, POOLINGS, requireEncoder } from '../src/learn/encoder/embed.ts';
import { writeFeatures } from '../src/learn/encoder/features-file.ts';
import { openPackedImages } from '../src/learn/dataset/packed-images.ts';
import { grantedThreads } from '../src/learn/train/engine.ts';
import { defineStage, input, output } from '../src/stage/index.ts';

const threeOf = (each: ReturnType<typeof Type.Number>) => Type.Tuple([each, each, each]);

export default defineStage({
  inputs: {
    /** `images.safetensors` of ingest, with the encoder's size. */
    images: input,
    /** An ONNX file: from float32 images [batch, 3, size, size] to features, tokens or positions. */
    encoder: input,
  },
  params: Type.Object({
    /** The name of the file in messages. */
    file: Type.String(),
    settings: Type.Object({
      /** Of RGB values in 0..1, as the encoder was trained with. */
      mean: threeOf(Type.Number()),
      std: threeOf(Type.Number({ exclusiveMinimum: 0 })),
      /** The output with the features, if the file has several. */
      output: Type.Optional(Type.String()),
      /** From several vectors of an image to one: `first` (a class token), or `mean`. */
      pooling: Type.Optional(Type.Union(POOLINGS.map((pooling) => Type.Literal(pooling)))),
    }),
  }),
  outputs: {
    /** `features.safetensors`: float32 [images, width]. */
    features: output,
  },
  run: async ({ inputs, params: { file, settings }, outputs, stage }) => {
    const images = await openPackedImages(inputs.images);
    const { mean, std, ...answer } = settings;
    const encoder = await requireEncoder(await readFile(inputs.encoder), file, {
      size: images.size,
      threads: grantedThreads(stage.resources),
      ...answer,
    });
    stage.record(encoder.description);
    const features = await embedImages(encoder, images, { mean, std }, (done) => {
      stage.progress({ done, total: images.count, unit: 'images' });
    });
    await writeFeatures(outputs.features, features);
    stage.record({ width: features.shape[1] ?? 0 });
    await encoder.close();
    await images.close();
  },
});
