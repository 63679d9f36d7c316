/** The result of every reader of images with masks. */
import type { Result } from '../../../util/result.ts';
import type { Listing } from '../reader/listing.ts';

export interface MaskFile {
  /** For messages. */
  readonly name: string;
  readonly path: string;
  /** The class that it draws, where each class has files of its own; null: the numbers in it are the classes. */
  readonly className: string | null;
}

/** `classes` of it are the labels of whole images. */
export interface MaskListing extends Listing {
  /** The masks of each image, by its file. An image without one is for pre-training alone. */
  readonly masksOf: ReadonlyMap<string, readonly MaskFile[]>;
}

/** The label of an image where a data set has none for whole images. */
export const ANY_IMAGE = 'image';

/** In the table, beside an image that is for pre-training alone. */
export const WITHOUT_MASK = { mask: 'none' } as const;

export interface MaskReaderOptions {
  /** A folder of masks that is not below that of the images. */
  readonly masks?: string;
  /** The structures that are segmented, of the data sets that have several. */
  readonly targets?: readonly string[];
  /** The folder of an image is its group, such as a patient. */
  readonly groupFolders?: boolean;
  /** An image without a mask is a fault, or is for pre-training alone. */
  readonly unmasked?: 'error' | 'pretraining';
}

/** `folder` is the data set's own. The error names the expected and the found contents. */
export type MaskReader = (folder: string, options: MaskReaderOptions) => Promise<Result<MaskListing, string>>;
