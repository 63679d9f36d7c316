/**
 * Images with labels of YOLO: a text file for each image, in a folder `labels/` that mirrors `images/`, or beside it.
 * The classes are named by `data.yaml`, `classes.txt` or a file `.names`.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import type { LabeledObject } from '../../../../formats/objects.ts';
import { err, ok, type Result } from '../../../../util/result.ts';
import type { ListingFault } from '../../reader/listing.ts';
import { isImageFolder } from '../../reader/place-of-file.ts';
import { filesBelow } from '../../reader/tree.ts';
import type { BoxReader, ImageLabels } from '../listing.ts';
import { ownImages, ownListing } from './own-images.ts';
import { readYoloFile } from './yolo-file.ts';

const NAMES = /^(classes\.txt|.*\.names)$/i;
const CONFIG = /^(data|dataset)\.ya?ml$/i;
/** Texts that people keep beside images. */
const OTHER = /^(readme|licen[cs]e|notes?|train|val|valid|test|requirements)(\..*)?\.txt$/i;

export const yolo: BoxReader = async (folder, options) => {
  const place = options.labels ?? folder;
  const files = await filesBelow(place, '');
  const texts = files.filter((file) => /\.txt$/i.test(file) && !isOther(basename(file)));
  const images = await ownImages(folder);
  if (images.length === 0 || texts.length === 0)
    return err(
      `${images.length} image(s) in ${folder} and ${texts.length} label file(s) in ${place}. Expected a text file with the ` +
        'name of each image, in a folder labels/ or beside it; another folder is named by the input "labels".',
    );
  const imageOf = new Map(images.map((file) => [keyOf(file), file]));
  const labelsOf = new Map<string, ImageLabels>();
  const faults: ListingFault[] = [];
  const alone: string[] = [];
  for (const text of texts) {
    const image = imageOf.get(keyOf(text));
    if (image === undefined) {
      alone.push(text);
      continue;
    }
    const objects = await readYoloFile(join(place, text));
    if (objects.ok) labelsOf.set(image, { unit: 'fractions', objects: objects.value });
    else faults.push({ file: image, reason: `its labels ${text}: ${objects.error}` });
  }
  if (labelsOf.size === 0) return err(noneFits(folder, images, texts, faults));
  const objects = [...labelsOf.values()].flatMap((labels) => labels.objects);
  const names = await classNames([place, folder], objects, options.classes);
  if (!names.ok) return names;
  const notices =
    alone.length === 0 ? [] : [`${alone.length} label file(s) belong to no image, ${String(alone[0])} for one.`];
  const objectClasses = names.value.map((name) => ({ name, kind: 'box' as const }));
  return ok(ownListing(folder, images, { objectClasses, labelsOf, faults, notices }, options));
};

const isOther = (name: string): boolean => NAMES.test(name) || OTHER.test(name);

/** `train/images/a.jpg` and `train/labels/a.txt` are both `train/a`. */
const keyOf = (file: string): string =>
  file
    .replace(/\.[^./]+$/, '')
    .split('/')
    .filter((part, i, parts) => i === parts.length - 1 || !(isImageFolder(part) || /^labels?$/i.test(part)))
    .join('/');

function noneFits(
  folder: string,
  images: readonly string[],
  texts: readonly string[],
  [fault]: readonly ListingFault[],
): string {
  if (fault !== undefined) return `${folder}: no label file can be used. ${fault.file}: ${fault.reason}`;
  return (
    `${folder}: no label file has the name of an image. The first image is ${String(images[0])}, the first label file ` +
    `${String(texts[0])}.`
  );
}

/** By number. The error says that a number has no name. */
async function classNames(
  folders: readonly string[],
  objects: readonly LabeledObject[],
  given: readonly string[] | undefined,
): Promise<Result<readonly string[], string>> {
  const most = objects.reduce((largest, object) => Math.max(largest, object.class), -1);
  const names = given ?? (await namesIn(folders)) ?? Array.from({ length: most + 1 }, (_, k) => `class ${k}`);
  if (new Set(names).size < names.length) return err(`the classes have equal names: ${names.join(', ')}`);
  return most < names.length
    ? ok(names)
    : err(`the labels have the class ${most}, but ${names.length} classes are named: ${names.join(', ')}`);
}

async function namesIn(folders: readonly string[]): Promise<readonly string[] | undefined> {
  for (const folder of new Set(folders)) {
    const files = await filesBelow(folder, '');
    const config = files.find((file) => CONFIG.test(basename(file)));
    const named = config === undefined ? undefined : namesOfConfig(load(await readFile(join(folder, config), 'utf8')));
    if (named !== undefined) return named;
    const list = files.find((file) => NAMES.test(basename(file)));
    if (list !== undefined)
      return (await readFile(join(folder, list), 'utf8'))
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
  }
  return undefined;
}

/** `names` of Ultralytics: a list, or a map from numbers. */
function namesOfConfig(config: unknown): readonly string[] | undefined {
  const names = typeof config === 'object' && config !== null && 'names' in config ? config.names : undefined;
  return typeof names === 'object' && names !== null ? Object.values(names).map(String) : undefined;
}
