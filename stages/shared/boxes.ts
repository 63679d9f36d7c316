/** Images with boxes as files: the outputs of the stages that make them, and the inputs of those that train on them. */
import { readObjects, type LabeledPicture } from '../../src/formats/objects.ts';
import { placeObjects } from '../../src/learn/dataset/boxes/place-objects.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import type { TrainingData } from '../../src/learn/train/data.ts';
import type { DetectionData } from '../../src/learn/train/fit-detector.ts';

interface OpenedDetectionData extends DetectionData {
  /** By row: the objects in the pixels of the pictures. */
  readonly pictures: readonly LabeledPicture[];
}

/** Throws DatasetError when the files do not belong together. */
export async function openDetectionData(
  data: TrainingData,
  paths: { readonly images: string; readonly objects: string },
): Promise<OpenedDetectionData> {
  const { classes, images: pictures } = await readObjects(paths.objects);
  if (pictures.length !== data.images.count)
    throw new DatasetError(
      `${paths.objects} has the objects of ${pictures.length} images, but ${paths.images} has ${data.images.count} ` +
        'images; both must come from one ingest.',
    );
  return {
    ...data,
    pictures,
    objectsOf: new Map(pictures.map((picture, row) => [row, placeObjects(picture, data.images.size)])),
    isPoint: classes.map(({ kind }) => kind === 'point'),
  };
}
