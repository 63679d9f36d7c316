/** The commands about this machine and this project as a whole. */
import { Argument, Option, type Command } from 'commander';
import type { EngineName } from '../../tensor/engine.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import type { EngineCheckOptions, ListOptions } from '../commands/engine.ts';
import type { AddedEngine } from '../../tensor/installation/part.ts';
import type { AddOptions } from '../engine/add-engine.ts';
import type { Trial } from '../engine/try-apart.ts';
import type { InitOptions } from '../commands/init.ts';
import type { InitStudyOptions } from '../commands/init-study.ts';
import { shells, type Shell } from '../completion/scripts.ts';
import { templateNames } from '../init/template-names.ts';
import { ciServices } from '../init/workflow.ts';
import { withPipelineOptions, type ChooseAction } from './shared-options.ts';

export function setupCommands(program: Command, choose: ChooseAction): void {
  const init = program
    .command('init [folder]')
    .description('write a small, complete pipeline to start from; nothing is overwritten')
    .addOption(
      new Option('--template <template>', 'the language of its stages').choices(templateNames).default('shell'),
    )
    .addOption(
      new Option('--ci <service>', 'write only a workflow for CI: it proves the report without the data').choices(
        ciServices,
      ),
    )
    .action((folder: string | undefined, options: InitOptions) => {
      choose(async (terminal) => (await import('../commands/init.ts')).init(folder ?? '.', options, terminal));
    });

  studyCommand(init.command('study'), choose);

  program
    .command('completion')
    .description('print the script with which your shell completes commands, options, stages and axes')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: Shell) => {
      choose(async (terminal) => (await import('../commands/completion.ts')).completion(shell, terminal));
    });

  program.command('complete [words...]', { hidden: true }).action((words: string[]) => {
    choose(async (terminal) => (await import('../commands/completion.ts')).complete(program, words, terminal));
  });

  withPipelineOptions(program.command('doctor'), 'check this machine and this project')
    .option('--json', 'one JSON document')
    .action((options: DoctorOptions) => {
      choose(async (terminal) => (await import('../commands/doctor.ts')).doctor(options, terminal));
    });

  engineCommands(program.command('engine').description('the tensor engines of this machine'), choose);
}

function studyCommand(study: Command, choose: ChooseAction): void {
  study
    .description('look at your images, and write the pipeline file of their study; nothing is asked or overwritten')
    .requiredOption('--images <path>', 'a folder of images, or an archive of arrays (.npz)')
    .addOption(
      new Option('--task <task>', 'classes of whole images, masks, or boxes and landmarks')
        .choices(['classification', 'segmentation', 'detection'])
        .default('classification'),
    )
    .option('--masks <folder>', 'for segmentation: a folder of masks that is not below the images')
    .option(
      '--labels <file>',
      'a table of labels (CSV); for detection a file of COCO (JSON), a folder of YOLO or a table of points',
    )
    .option('--image-column <name>', 'the column with file names; the default is "image"')
    .option('--label-column <name>', 'the column with classes; the default is "label"')
    .option('--split-column <name>', 'the column with train, validation and test; the default is "split"')
    .option('--findings <names>', 'columns of 0 and 1, with commas between: an image may have several findings')
    .option('--group <column>', 'the column with patients; or "folder": the folder below the class is the patient')
    .option('--classes <names>', 'names of numbered classes or findings (.npz), number 0 first, with commas between')
    .addOption(new Option('--domain <kind>', 'the kind of the images').choices(DOMAINS))
    .option('--leave-out', 'leave out files that cannot be used, instead of refusing')
    .option('--json', 'one JSON document')
    .action((options: InitStudyOptions) => {
      choose(async (terminal) =>
        options.task === 'classification'
          ? (await import('../commands/init-study.ts')).initStudy(options, terminal)
          : (await import('../commands/init-task-study.ts')).initTaskStudy(options.task, options, terminal),
      );
    });
}

/** As in src/formats/dataset.ts, which loads the library of schemas. A test compares them. */
const DOMAINS = ['skin', 'xray', 'fundus', 'ct', 'mri', 'ultrasound', 'histology', 'other'] as const;

function engineCommands(engine: Command, choose: ChooseAction): void {
  engine
    .command('list')
    .description('list the engines, and how to get the others')
    .option('--json', 'one JSON document')
    .action((options: ListOptions) => {
      choose(async (terminal) => (await import('../commands/engine.ts')).listEngines(options, terminal));
    });
  engine
    .command('check')
    .description('run training steps on an engine, or on all, and compare with the oracle')
    .addArgument(new Argument('[engine]').choices(['xla', 'tensorflow', 'onnxruntime', 'eager']))
    .option('--json', 'one JSON document')
    .addOption(new Option('--here').hideHelp())
    .addOption(new Option('--open').hideHelp())
    .action((name: EngineName | undefined, options: EngineCheckOptions) => {
      choose(async (terminal) => (await import('../commands/engine.ts')).checkEngines(name, options, terminal));
    });
  engine
    .command('add')
    .description(
      'add an engine from Python packages: xla for NVIDIA GPUs (needs pip), or tensorflow (needs pip, npm and a C++ compiler)',
    )
    .addArgument(new Argument('<engine>').choices(['xla', 'tensorflow']))
    .option('--from <folder>', 'take the files from this folder instead of the network')
    .addOption(
      new Option('--cuda <version>', 'xla: for this version of CUDA, whatever GPU is here').choices(['12', '13']),
    )
    .option('--cpu', 'xla: for processors, which is for tests')
    .option('--gpu', "tensorflow: with NVIDIA's libraries")
    .action((name: AddedEngine, options: AddOptions) => {
      choose(async (terminal) => (await import('../engine/add-engine.ts')).addEngine(name, options, terminal));
    });
  engine
    .command('remove')
    .description('remove an engine that was added')
    .addArgument(new Argument('<engine>').choices(['xla', 'tensorflow']))
    .action((name: AddedEngine) => {
      choose(async (terminal) => (await import('../commands/engine.ts')).removeEngine(name, terminal));
    });
  engine.command('try <trial> <folder>', { hidden: true }).action((trial: Trial, folder: string) => {
    choose(async (terminal) => (await import('../commands/engine.ts')).tryEngine(trial, folder, terminal));
  });
}
