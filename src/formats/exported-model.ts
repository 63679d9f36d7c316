/** `model.json`: how to call an exported model. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { writeFormat } from './format-file.ts';
import { text, texts } from './fields.ts';

const shape = Type.Array(Type.Integer({ minimum: 1 }), { description: 'Its shape.' });

export const ExportedModelSchema = Type.Object(
  {
    network: text('Name of the network.'),
    stem: text('Its first layers: `imagenet` or `cifar`.'),
    classes: texts('Class names, in the order of the outputs.'),
    input: Type.Object({ name: text('Name of the input.'), dtype: Type.Literal('uint8'), shape }),
    output: Type.Object({ name: text('Name of the output.'), dtype: Type.Literal('float32'), shape }),
  },
  { title: 'exported model' },
);

export type ExportedModel = Immutable<Static<typeof ExportedModelSchema>>;

export const writeExportedModel = (path: string, value: ExportedModel): Promise<void> =>
  writeFormat(ExportedModelSchema, path, value);
