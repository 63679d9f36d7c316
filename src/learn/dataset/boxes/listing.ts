/** The result of every reader of images with boxes or landmarks. */
import type { LabeledObject, ObjectClass } from '../../../formats/objects.ts';
import type { Result } from '../../../util/result.ts';
import type { PictureSize } from '../decode/placement.ts';
import type { Listing } from '../reader/listing.ts';

/** The objects of one image, as its file of labels gives them: they may stick out of the picture. */
export interface ImageLabels {
  /**
   * The unit of the numbers. `fractions` of the sides of the upright picture, `pixels` of it, or pixels of a picture of
   * the given size: the stored one, or the upright one.
   */
  readonly unit: 'fractions' | 'pixels' | PictureSize;
  readonly objects: readonly LabeledObject[];
}

/** `classes` of it are the labels of whole images. */
export interface BoxListing extends Listing {
  readonly objectClasses: readonly ObjectClass[];
  /** The objects of each image, by its file. An image may have none. */
  readonly labelsOf: ReadonlyMap<string, ImageLabels>;
  /** Images without labels: nobody knows whether they have objects. They are in no other list. */
  readonly unlabeled: readonly string[];
}

export interface BoxReaderOptions {
  /** A file or folder of labels that the reader does not find below the images. */
  readonly labels?: string;
  /** The structures to find, of the data sets that have several. */
  readonly targets?: readonly string[];
  /** Names of numbered classes, class 0 first, where the labels do not name them. */
  readonly classes?: readonly string[];
  /** The folder of an image is its group, such as a patient. */
  readonly groupFolders?: boolean;
}

/** `folder` is the data set's own. The error names the expected and the found contents. */
export type BoxReader = (folder: string, options: BoxReaderOptions) => Promise<Result<BoxListing, string>>;
