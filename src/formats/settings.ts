/** The settings of a user or a project: `.pipelinerc` and its siblings. src/cli/settings-file.ts reads them. */
import { Type } from '@sinclair/typebox';
import { text, texts } from './fields.ts';

const duration = (description: string) => Type.String({ description, examples: ['30s', '1h 30m'] });

const Partition = Type.Union(
  [
    text('One for all stages.'),
    Type.Object({
      gpu: Type.Optional(text('For stages that ask for a `gpu`.')),
      cpu: Type.Optional(text('For the others.')),
    }),
  ],
  { description: 'The partition; the default is that of the cluster.' },
);

const AllocationSchema = Type.Object(
  {
    nodes: Type.Optional(Type.Integer({ minimum: 1, description: 'The number of nodes; the default is 1.' })),
    cpu: Type.Optional(Type.Integer({ minimum: 1, description: 'Processors of each node.' })),
    memory: Type.Optional(text('Memory of each node, as `"64 GiB"`.')),
    gpu: Type.Optional(Type.Integer({ minimum: 0, description: 'Cards of each node.' })),
  },
  {
    additionalProperties: false,
    description:
      'With the mode `allocation`: the size of the one job. Amounts that are absent are those of the largest instance.',
  },
);

const SlurmSchema = Type.Object(
  {
    account: Type.Optional(text('As `sbatch --account`.')),
    partition: Type.Optional(Partition),
    time: Type.Optional(
      duration(
        'The limit of one job, as `"12h"` or in a form of Slurm; the default is that of the partition. A stage that ' +
          'reaches it is queued again and resumes from its checkpoint.',
      ),
    ),
    grace: Type.Optional(
      duration(
        'Time before that limit at which the stage is asked to save: at least `"1m"`; the default is 2 minutes.',
      ),
    ),
    extra: Type.Optional(texts('More options for `sbatch`, such as `"--qos=low"`.')),
    licenses: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description:
          "Slurm's name of a license for a resource of your own; other such resources are counted by the run.",
      }),
    ),
    mode: Type.Optional(
      Type.Union([Type.Literal('jobs'), Type.Literal('allocation')], {
        description:
          'Each instance is a job or a member of an array (the default), or all instances run inside of one job.',
      }),
    ),
    allocation: Type.Optional(AllocationSchema),
    interval: Type.Optional(
      duration('Shortest time between two looks at the queue; the default is 10 s. It grows while nothing changes.'),
    ),
  },
  { title: 'slurm settings', additionalProperties: false },
);

export const SettingsSchema = Type.Object(
  {
    jobs: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The maximum number of instances that run at the same time.' }),
    ),
    progress: Type.Optional(
      Type.Union(
        ['auto', 'live', 'plain', 'quiet'].map((mode) => Type.Literal(mode)),
        {
          description: 'How progress is shown.',
        },
      ),
    ),
    slots: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]), {
        description: 'The total of each resource; memory as `"8 GiB"`.',
      }),
    ),
    grace: Type.Optional(duration('Time between SIGTERM and SIGKILL, in which a stage saves its checkpoint.')),
    pipeline: Type.Optional(text('The pipeline file, relative to the settings file.')),
    store: Type.Optional(text('The folder of the store, relative to the settings file.')),
    tensorboard: Type.Optional(
      text('The folder for event files of TensorBoard, relative to the settings file; absent: none are written.'),
    ),
    remotes: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'The remotes by name (docs/remotes.md).' }),
    ),
    remote: Type.Optional(text('The remote that counts if none is named.')),
    executor: Type.Optional(
      Type.Union([Type.Literal('local'), Type.Literal('slurm')], {
        description: 'The place of executions: this machine (the default), or jobs of Slurm.',
      }),
    ),
    slurm: Type.Optional(SlurmSchema),
  },
  { title: 'settings', description: 'Every key may be absent.' },
);
