/** `pipeline init study` on small drawn images, in a project that has the package installed. */
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { drawArrays, drawFindingArrays, drawFindings, drawFolders, drawTable } from '../scripts/draw-images.mjs';
import { DOMAINS } from '../src/formats/dataset.ts';
import { installedProject } from './installed.test-support.ts';
import type { Project } from './rig.test-support.ts';

const QUICK = [
  ...['--set', 'seeds=[0]', '--set', 'learningRates=[0.1]', '--set', 'pretrain.epochs=1'],
  ...['--set', 'finetune.epochs=1', '--set', 'finetune.minSteps=0'],
];

const init = (project: Project, ...words: string[]) => project.pipeline(['init', 'study', ...words]);

test('a folder of classes: three commands lead from images to a report', async () => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 8 });
  const made = await init(project, '--images', 'photos', '--domain', 'skin');
  expect(made).toMatchObject({ code: 0, err: 'looking at photos\n' });
  expect(made.out).toMatch(/^images +16, read as a folder for each class$/m);
  expect(made.out).toMatch(/^classes +2: melanoma 8, nevus 8$/m);
  expect(made.out).toMatch(/^sizes +24x24 to 24x24/m);
  expect(made.out).toMatch(/^groups +none known/m);
  expect(made.out).toMatch(/^\d+ trainings, about /m);
  expect((await project.read('pipeline.json')).split('\n').length).toBeLessThanOrEqual(41);
  expect(await project.read('.gitignore')).toBe('/cache/\n');
  expect(await project.pipeline(['check'])).toMatchObject({ code: 0 });
  const run = await project.pipeline(['run', '--progress', 'quiet', ...QUICK]);
  expect(run.err).not.toContain('FAILED');
  expect(run.code).toBe(0);
  expect(await project.read('reports/index.html')).toContain('photos');
}, 300_000);

test('a table elsewhere, with other column names and patients: they become the groups of the split', async () => {
  const project = await installedProject();
  await drawTable(project.path('pictures'), project.path('labels.csv'));
  const words = ['--images', 'pictures', '--labels', 'labels.csv', '--domain', 'skin'];
  const absent = await init(project, ...words);
  expect(absent).toMatchObject({ code: 2, out: '' });
  expect(absent.err).toContain('the column label is missing');
  expect(absent.err).toContain('Name the right one: --label-column COLUMN.');
  expect(project.exists('pipeline.json')).toBe(false);
  words.push('--image-column', 'file', '--label-column', 'diagnosis');
  expect((await init(project, ...words)).out).toContain('The column patient_id is not used.');
  await rm(project.path('pipeline.json'));
  const made = await init(project, ...words, '--group', 'patient_id');
  expect(made.out).toMatch(/^groups +16$/m);
  expect(made.out).not.toContain('is not used');
  expect((await project.pipeline(['run', 'split', ...QUICK])).code).toBe(0);
  const checkout = await project.pipeline(['checkout', 'ingest', '--to', 'out', ...QUICK]);
  expect(checkout.code).toBe(0);
}, 240_000);

test("MedMNIST's arrays keep their published split and get names of classes", async () => {
  const project = await installedProject();
  await drawArrays(project.path('drawn.npz'));
  const words = ['--images', 'drawn.npz', '--domain', 'skin', '--classes', 'nevus, melanoma', '--json'];
  const made = await init(project, ...words);
  expect(JSON.parse(made.out)).toMatchObject({
    reader: 'medmnist',
    images: 44,
    classes: { nevus: 22, melanoma: 22 },
    subsets: { train: 24, validation: 8, test: 12 },
    domain: 'skin',
  });
  expect((await project.pipeline(['run', 'split', ...QUICK])).code).toBe(0);
}, 240_000);

test('a table with a column for each finding: a study of findings, with an AUC of each, from three commands', async () => {
  const project = await installedProject();
  await drawFindings(project.path('scans'), project.path('labels.csv'), { each: 80 });
  const words = ['--images', 'scans', '--labels', 'labels.csv', '--group', 'patient_id', '--domain', 'xray'];
  const made = await init(project, ...words);
  expect(made.out).toMatch(/^findings +3: Effusion 36, Edema 34, Hernia 11$/m);
  expect(made.out).toMatch(
    /^note +Labels that are blank or -1 are not known, .*: Effusion \d+, Edema \d+, Hernia \d+\.$/m,
  );
  expect(await project.read('pipeline.json')).toContain('pretext-study/pipelines/findings.json');
  const run = await project.pipeline(['run', '--progress', 'quiet', ...QUICK]);
  expect(run.err).not.toContain('FAILED');
  expect(run.code).toBe(0);
  const { metric, datasets } = JSON.parse(await project.read('reports/results.json')) as {
    metric: string;
    datasets: { evaluation: { classes: string[]; models: { byClass: { class: string; known: number }[] }[] } }[];
  };
  expect(metric).toBe('auc');
  expect(datasets[0]?.evaluation.classes).toEqual(['Effusion', 'Edema', 'Hernia']);
  expect(datasets[0]?.evaluation.models[0]?.byClass[0]?.known).toBeGreaterThan(8);
  expect(await project.read('reports/index.html')).toContain('Scores of each finding on scans');
}, 300_000);

test('lists of findings and arrays in the shape of ChestMNIST are findings, too', async () => {
  const project = await installedProject();
  await drawFindings(project.path('scans'), project.path('labels.csv'), { joined: true });
  await drawFindingArrays(project.path('chest.npz'));
  const words = ['--domain', 'xray', '--json'];
  const table = await init(
    project,
    '--images',
    'scans',
    '--labels',
    'labels.csv',
    '--label-column',
    'labels',
    ...words,
  );
  expect(JSON.parse(table.out)).toMatchObject({ task: 'findings', classes: { Edema: 28, Effusion: 30, Hernia: 9 } });
  await rm(project.path('pipeline.json'));
  const names = ['--classes', 'Effusion,Edema,Hernia'];
  const arrays = await init(project, '--images', 'chest.npz', ...names, ...words);
  expect(JSON.parse(arrays.out)).toMatchObject({ task: 'findings', subsets: { train: 48, validation: 24, test: 40 } });
  expect((await project.pipeline(['run', 'split', ...QUICK])).code).toBe(0);
}, 240_000);

test('folders of patients below the classes are offered as groups, and taken with --group folder', async () => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { patients: 'p' });
  const words = ['--images', 'photos', '--domain', 'skin'];
  const equal = await init(project, ...words);
  expect(equal.code).toBe(2);
  expect(equal.err).toMatch(/look like parts of a split(.|\n)*--group folder/);
  for (let i = 0; i < 8; i++)
    await rename(project.path(`photos/nevus/p-${i}`), project.path(`photos/nevus/${i < 2 ? 'p' : 'n'}-${i}`));
  expect((await init(project, ...words)).out).toMatch(/note: 16 folders lie below the classes, .*--group folder/);
  await rm(project.path('pipeline.json'));
  expect((await init(project, ...words, '--group', 'folder')).out).toMatch(/^groups +14$/m);
  expect(await project.read('pipeline.json')).toContain('"groupFolders": true');
});

test('wrong data is refused with the option that helps, and nothing is written', async () => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 5 });
  const refusals: [words: string[], message: RegExp][] = [
    [['--images', 'none'], /none does not exist/],
    [['--images', 'photos'], /the kind of the images is not known\n +Name it: --domain/],
    [['--images', 'photos', '--domain', 'cats'], /Allowed choices are skin, xray/],
    [
      ['--images', 'photos', '--domain', 'skin', '--group', 'patient'],
      /no table of labels was found\n +.*--labels FILE/,
    ],
    [['--images', 'photos', '--domain', 'skin', '--classes', 'a,b'], /--classes names numbered classes/],
    [['--images', 'photos/nevus', '--domain', 'skin'], /5 images and no labels\n +.*--labels FILE/],
    [['--images', 'package.json', '--domain', 'skin'], /neither a folder nor an archive/],
  ];
  for (const [words, message] of refusals) {
    const answer = await init(project, ...words);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toMatch(message);
  }
  expect(project.exists('pipeline.json')).toBe(false);
  expect(project.exists('.gitignore')).toBe(false);
});

test('every damaged image is listed, and none counts', async () => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 5 });
  for (const name of ['x', 'y']) await project.write(`photos/nevus/${name}.png`, 'no picture');
  const words = ['--images', 'photos', '--domain', 'skin'];
  const refused = await init(project, ...words);
  expect(refused.err).toMatch(/2 file\(s\) cannot be used beside 10 image\(s\)/);
  expect(refused.err).toMatch(/^ +nevus\/x\.png: .*\n +nevus\/y\.png: /m);
  expect((await init(project, ...words, '--leave-out')).out).toMatch(/^images +10, /m);
});

test.each([
  ['a file that is no image', 'photos/nevus/scan.nii', /scan\.nii: NIfTI .*\n +.*--leave-out/],
  ['a damaged image', 'photos/nevus/broken.png', /broken\.png: it cannot be read/],
])('%s is named before anything trains', async (_, file, message) => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 5 });
  await project.write(file, 'no picture');
  const answer = await init(project, '--images', 'photos', '--domain', 'skin');
  expect(answer).toMatchObject({ code: 2, out: '' });
  expect(answer.err).toMatch(message);
  expect(project.exists('pipeline.json')).toBe(false);
  expect((await init(project, '--images', 'photos', '--domain', 'skin', '--leave-out')).code).toBe(0);
  expect(await project.read('pipeline.json')).toContain('"onBroken": "drop"');
});

test.each([
  ['classes that differ by case only', 'photos/Nevus/a.png', /"Nevus" and "nevus" differ by case/],
  ['a class with fewer groups than parts', 'photos/rare/a.png', /The class "rare" has 1 group/],
])('%s are named before anything trains', async (_, file, message) => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 5 });
  await drawFolders(project.path('more'), { each: 1 });
  await mkdir(path.dirname(project.path(file)), { recursive: true });
  await cp(project.path('more/nevus/nevus-0.png'), project.path(file));
  const answer = await init(project, '--images', 'photos', '--domain', 'skin');
  expect(answer).toMatchObject({ code: 2, out: '' });
  expect(answer.err).toMatch(message);
});

test('two top folders with equal folders are parts of a split, not classes', async () => {
  const project = await installedProject();
  await drawFolders(project.path('photos/hospital_a'), { each: 5 });
  await drawFolders(project.path('photos/hospital_b'), { each: 5 });
  const answer = await init(project, '--images', 'photos', '--domain', 'skin');
  expect(answer.code).toBe(2);
  expect(answer.err).toContain('look like parts of a split');
});

test('nothing is overwritten, and a folder without the package is told so', async () => {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 5 });
  await project.write('pipeline.json', '{}');
  const inTheWay = await init(project, '--images', 'photos', '--domain', 'skin');
  expect(inTheWay).toMatchObject({ code: 2 });
  expect(inTheWay.err).toContain('pipeline.json exists already');
  expect(await project.read('pipeline.json')).toBe('{}');
  await rm(project.path('pipeline.json'));
  await rm(project.path('node_modules/pretext-study'));
  expect((await init(project, '--images', 'photos', '--domain', 'skin')).err).toContain('npm install pretext-study');
});

test('--domain knows every kind of images', async () => {
  const project = await installedProject();
  for (const domain of DOMAINS)
    expect((await project.pipeline(['init', 'study', '--help'])).out).toContain(`"${domain}"`);
});
