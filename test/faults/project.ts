/**
 * The project that the campaign disturbs: both kinds of stages, every kind of input and output, small enough to run in
 * half a second.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PIPELINE = {
  name: 'faults',
  stages: {
    count: {
      matrix: { text: ['poem', 'prose'] },
      // A daemon in a session of its own, which the runner must end.
      command:
        '(setsid sleep 600 > /dev/null 2>&1 &); tr -cs A-Za-z "\\n" < ${inputs.text} | sort | uniq -c > ${outputs.words}',
      inputs: { text: 'texts/${text}.txt', all: 'texts/*.txt' },
      outputs: { words: 'words.txt' },
    },
    train: {
      module: 'stages/train.mjs',
      inputs: { words: { stage: 'count', output: 'words', gather: true }, images: 'images' },
      outputs: { weights: { file: 'weights.bin', publish: 'model/weights.bin' }, curves: 'curves/' },
    },
    report: {
      command:
        'cat ${inputs.curves}/* > ${outputs.page}; mkdir ${outputs.site}/deep; cp ${inputs.curves}/* ' +
        '${outputs.site}/deep; wc -c < ${inputs.weights} > ${outputs.site}/size; ' +
        // More files than the runner flushes one by one.
        'for i in $(seq 70); do echo "$i" > ${outputs.site}/deep/"$i"; done',
      inputs: { weights: { stage: 'train', output: 'weights' }, curves: { stage: 'train', output: 'curves' } },
      outputs: {
        page: { file: 'page.txt', publish: 'reports/page.txt' },
        site: { file: 'site/', publish: 'reports/site' },
      },
    },
  },
};

/** The number of instances in the pipeline; all are executed, from either start. */
export const INSTANCES = 4;

const TRAIN = `import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scale } from './scale.mjs';
export default async function (stage) {
  let sum = 0;
  for (const { path: file } of stage.gathered('words')) sum += readFileSync(file, 'utf8').length;
  for (const name of readdirSync(stage.input('images'))) sum += readFileSync(path.join(stage.input('images'), name)).length;
  writeFileSync(path.join(stage.checkpoint, 'step'), String(sum));
  writeFileSync(stage.output('weights'), Buffer.alloc(100_000, sum * scale));
  for (const name of ['loss', 'accuracy']) writeFileSync(path.join(stage.output('curves'), name), name + ' ' + sum * scale);
}
`;

/** The files of the user, by path. Their modes are checked afterwards, too. */
export const USER_FILES: Readonly<Record<string, string>> = {
  'pipeline.json': JSON.stringify(PIPELINE, null, 2),
  'stages/train.mjs': TRAIN,
  'stages/scale.mjs': 'export const scale = 3;\n',
  'texts/poem.txt': 'a rose is a rose is a rose\n',
  'texts/prose.txt': 'the quick brown fox jumps over the lazy dog\n',
  'images/1.png': 'not really an image, and nobody looks',
  'images/2.png': 'nor is this one',
  'notes/keep.txt': 'nothing of the pipeline\n',
  'reports/by-hand.txt': 'beside what is published\n',
  'model/notes.txt': 'beside the weights\n',
};

/** The places where the pipeline may write. All other files below the root are the user's. */
export const PUBLISHED: readonly string[] = ['model/weights.bin', 'reports/page.txt', 'reports/site'];
export const LOCK_FILE = 'pipeline.lock.json';

export function makeProject(root: string): void {
  for (const [name, content] of Object.entries(USER_FILES)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, 0o644);
  }
}
