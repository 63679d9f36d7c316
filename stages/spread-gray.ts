/** Makes a start for RGB images of weights that were trained on gray images. */
import { readFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { spreadGray } from '../src/learn/nn/spread-gray.ts';
import { defineStage, input, output } from '../src/stage/index.ts';
import { networkFrom, NetworkParameters } from './shared/parameters.ts';

export default defineStage({
  inputs: {
    /** The weights, whose first layer has one channel. */
    file: input,
  },
  params: Type.Composite([
    NetworkParameters,
    Type.Object({
      /** The name of the file in messages. */
      file: Type.String(),
    }),
  ]),
  outputs: {
    /** The same weights, with a third of the first layer for each channel. */
    weights: output,
  },
  run: async ({ inputs, params, outputs }) =>
    spreadGray(await readFile(inputs.file), params.file, networkFrom(params), outputs.weights),
});
