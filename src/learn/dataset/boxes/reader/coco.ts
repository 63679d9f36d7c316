/**
 * Images with annotations of COCO: one JSON file for all, or one for each subset (`instances_train.json`). Crowds are
 * left out, for nobody knows how many objects they hold.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { LabeledObject } from '../../../../formats/objects.ts';
import { err, ok, type Result } from '../../../../util/result.ts';
import type { ListedImage, ListingFault } from '../../reader/listing.ts';
import { filesBelow } from '../../reader/tree.ts';
import { subsetOfWord } from '../../user-table/words.ts';
import type { BoxReader, ImageLabels } from '../listing.ts';
import { ownImages, ownListing } from './own-images.ts';

const Id = Type.Union([Type.Integer(), Type.String()]);
const Annotations = Type.Object({
  images: Type.Array(
    Type.Object({
      id: Id,
      file_name: Type.String(),
      width: Type.Optional(Type.Integer()),
      height: Type.Optional(Type.Integer()),
    }),
  ),
  annotations: Type.Array(
    Type.Object({
      image_id: Id,
      category_id: Id,
      bbox: Type.Optional(Type.Array(Type.Number())),
      iscrowd: Type.Optional(Type.Union([Type.Integer(), Type.Boolean()])),
    }),
  ),
  categories: Type.Array(Type.Object({ id: Id, name: Type.String() })),
});
type Coco = Static<typeof Annotations>;

export const coco: BoxReader = async (folder, options) => {
  const files = options.labels === undefined ? await jsonBelow(folder) : [options.labels];
  const images = await ownImages(folder);
  const read: { file: string; content: Coco }[] = [];
  for (const file of files) {
    const content = await readCoco(file);
    if (content.ok) read.push({ file, content: content.value });
    else if (options.labels !== undefined) return content;
  }
  if (images.length === 0 || read.length === 0)
    return err(
      `${images.length} image(s) in ${folder} and ${read.length} file(s) of COCO with "images", "annotations" and ` +
        '"categories". Expected such a JSON file below the folder; another one is named by the input "labels".',
    );
  return ok(listingOf(folder, images, read, options));
};

const jsonBelow = async (folder: string): Promise<string[]> =>
  (await filesBelow(folder, '')).filter((file) => /\.json$/i.test(file)).map((file) => join(folder, file));

/** The error says what another file lacks. */
async function readCoco(file: string): Promise<Result<Coco, string>> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    const fault = Value.Errors(Annotations, content).First();
    if (fault === undefined) return ok(content as Coco);
    return err(`${file} is no file of COCO: ${fault.path.slice(1)}: ${fault.message}`);
  } catch (error) {
    if (error instanceof SyntaxError) return err(`${file} is no JSON: ${error.message}`);
    throw error;
  }
}

function listingOf(
  folder: string,
  images: readonly string[],
  read: readonly { readonly file: string; readonly content: Coco }[],
  options: Parameters<BoxReader>[1],
) {
  const used = new Set(read.flatMap(({ content }) => namesUsed(content)));
  const all = [...new Set(read.flatMap(({ content }) => content.categories.map(({ name }) => name)))];
  const names = all.filter((name) => used.has(name));
  const labelsOf = new Map<string, ImageLabels>();
  const splitOf = new Map<string, ListedImage['split']>();
  const faults: ListingFault[] = [];
  let crowds = 0;
  for (const { file, content } of read) {
    const split = splitOfFile(file);
    crowds += content.annotations.filter(isCrowd).length;
    const objectsOf = objectsByImage(content, names);
    for (const image of content.images) {
      const found = findImage(images, image.file_name, split);
      if (!found.ok) {
        faults.push({ file: image.file_name, reason: `${basename(file)} names it, but ${found.error}` });
        continue;
      }
      const objects = objectsOf.get(image.id) ?? [];
      if (objects.some((object) => object === null)) {
        faults.push({
          file: found.value,
          reason: `${basename(file)}: one of its objects has no "bbox" of four numbers`,
        });
        continue;
      }
      const { width, height } = image;
      const unit = width === undefined || height === undefined ? 'pixels' : { width, height };
      labelsOf.set(found.value, { unit, objects: objects.filter((object) => object !== null) });
      if (split !== '') splitOf.set(found.value, split);
    }
  }
  const unused = all.filter((name) => !used.has(name));
  const notices = [
    ...(crowds > 0 ? [`${crowds} crowd(s) are left out.`] : []),
    ...(unused.length > 0
      ? [`No image has an object of ${unused.slice(0, 8).join(', ')}; such classes are left out.`]
      : []),
  ];
  const objectClasses = names.map((name) => ({ name, kind: 'box' as const }));
  return ownListing(folder, images, { objectClasses, labelsOf, splitOf, faults, notices }, options);
}

const isCrowd = ({ iscrowd = 0 }: Coco['annotations'][number]): boolean => Boolean(iscrowd);

function namesUsed({ annotations, categories }: Coco): string[] {
  const ids = new Set(annotations.filter((each) => !isCrowd(each)).map(({ category_id: id }) => id));
  return categories.filter(({ id }) => ids.has(id)).map(({ name }) => name);
}

/** `instances_train.json`, `train/_annotations.coco.json` */
const splitOfFile = (file: string): ListedImage['split'] =>
  file
    .split('/')
    .slice(-2)
    .flatMap((part) => part.replace(/\.json$/i, '').split(/[_.\s-]|20\d\d$/))
    .map(subsetOfWord)
    .find((subset) => subset !== undefined) ?? '';

/** Null for an object without a box. */
function objectsByImage(
  { annotations, categories }: Coco,
  names: readonly string[],
): ReadonlyMap<Static<typeof Id>, readonly (LabeledObject | null)[]> {
  const nameOf = new Map(categories.map(({ id, name }) => [id, name]));
  const byImage = new Map<Static<typeof Id>, (LabeledObject | null)[]>();
  for (const annotation of annotations) {
    if (isCrowd(annotation)) continue;
    const of = names.indexOf(nameOf.get(annotation.category_id) ?? '');
    const [left, top, width, height, ...more] = annotation.bbox ?? [];
    const isBox = of >= 0 && height !== undefined && more.length === 0;
    const own = byImage.get(annotation.image_id) ?? [];
    byImage.set(annotation.image_id, own);
    own.push(isBox ? ({ class: of, left, top, width, height } as LabeledObject) : null);
  }
  return byImage;
}

/** A path below the folder, or its end; of several, the one in the folder of the subset. */
function findImage(images: readonly string[], name: string, split: ListedImage['split']): Result<string, string> {
  const written = name.replaceAll('\\', '/').replace(/^(\.?\/)+/, '');
  if (images.includes(written)) return ok(written);
  const ends = images.filter((file) => file.endsWith(`/${written}`));
  const own = ends.filter((file) => file.split('/').some((part) => split !== '' && subsetOfWord(part) === split));
  const [only, ...others] = ends.length > 1 ? own : ends;
  if (only !== undefined && others.length === 0) return ok(only);
  return err(ends.length === 0 ? 'it is not there' : `it may be ${ends.slice(0, 3).join(' or ')}`);
}
