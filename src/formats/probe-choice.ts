/** `choice.json`: how the one setting of a probe was chosen. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { writeFormat } from './format-file.ts';
import { real, realOrNull } from './fields.ts';

export const ProbeChoiceSchema = Type.Object(
  {
    kind: Type.Union([Type.Literal('linear'), Type.Literal('knn')], { description: 'Kind of the classifier.' }),
    parameter: Type.Union([Type.Literal('l2'), Type.Literal('k')], { description: 'The setting that is chosen.' }),
    candidates: Type.Array(
      Type.Object({
        value: real('Value of the setting.'),
        auc: realOrNull('Macro AUC on the validation subset.'),
        loss: realOrNull('Log loss on the validation subset.'),
      }),
      { description: 'All values that were tried.' },
    ),
    chosen: real('The value that was chosen.'),
  },
  { title: 'probe choice' },
);

export type ProbeChoice = Immutable<Static<typeof ProbeChoiceSchema>>;

export const writeProbeChoice = (path: string, value: ProbeChoice): Promise<void> =>
  writeFormat(ProbeChoiceSchema, path, value);
