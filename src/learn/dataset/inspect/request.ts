/** The question to `inspectDataset`, and the answer where there can be no study. */
import type { Domain } from '../../../formats/dataset.ts';
import type { Columns } from '../reader/listing.ts';

export interface InspectRequest {
  /** Folder or file, absolute. */
  readonly images: string;
  /** A table of labels, absolute. */
  readonly labels?: string;
  readonly columns: Columns;
  /** The folder below the class is the group. */
  readonly groupFolders: boolean;
  /** Names of numbered classes, class 0 first. */
  readonly classNames?: readonly string[];
  readonly domain?: Domain;
  /** Files that cannot be used are left out. */
  readonly leaveOut: boolean;
}

/** The reason why there can be no study, and the way out. */
export interface Obstacle {
  readonly message: string;
  readonly remedy: string;
}
