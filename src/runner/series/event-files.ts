/**
 * Event files of TensorBoard: `<folder>/<instance>/<execution>/events.out.tfevents.<time>.<host>`, a record with a
 * protocol buffer (tensorflow/core/util/event.proto) for each scalar. Every attempt has a file of its own, because a
 * reader does not go on behind a record that a killed writer left cut.
 */
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import { double, float, integer, message, text } from '../../util/protobuf.ts';
import { isSystemError } from '../../util/system-error.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import { AppendedFile, openInFolder } from './appended-file.ts';
import { parsePoints } from './read-series.ts';
import { ScalarReader, type Scalar } from './scalar.ts';
import { seriesText, type MetricPoint, type MetricSink, type Session } from './series-file.ts';
import { tfRecord } from './tfrecord.ts';

/**
 * A reader of version 1 drops the later steps of a tag when an earlier one comes again: exactly what happens after a
 * checkpoint. One of version 2 drops them in all tags at once, and tags may count in epochs or in steps.
 */
const FILE_VERSION = 'brain.Event:1';

export interface WatchedExecution {
  readonly instance: InstanceId;
  readonly fingerprint: Fingerprint;
  /** Absolute path of the log of the attempt: its name begins with the time of the start. */
  readonly log: string;
  /** Absolute path of the series that an interrupted attempt has left. */
  readonly series: string;
}

export class EventFileWriter implements MetricSink {
  readonly #folder: string;
  readonly #execution: WatchedExecution;
  readonly #warn: (message: string) => void;
  readonly #scalars = new ScalarReader();
  #appended: AppendedFile | undefined;
  #hasBegun = false;
  #isOpen = false;
  /** The greatest step in earlier files of the folder. */
  #lastStep = 0;

  /**
   * @param folder absolute: the `--logdir` of TensorBoard
   * @param warn called once if a file cannot be written; the stage goes on without it
   */
  constructor(folder: string, execution: WatchedExecution, warn: (message: string) => void) {
    this.#folder = folder;
    this.#execution = execution;
    this.#warn = warn;
  }

  /** An attempt that resumes goes on in the folder of the one before it. A file is made with the first scalar. */
  begin({ resumed }: Session): void {
    if (this.#hasBegun) return; // a job began again: steps that are repeated replace those before
    this.#hasBegun = true;
    const parent = path.join(this.#folder, instanceFolderName(this.#execution.instance));
    const found = resumed ? newestFolder(parent, this.#execution.fingerprint) : undefined;
    const folder = path.join(parent, found ?? folderNameOf(this.#execution));
    this.#appended = new AppendedFile(
      () => openInFolder(path.join(folder, fileName()), 'ax'),
      (error) => {
        this.#warn(`its event file for TensorBoard is not written: ${error.message}`);
      },
    );
    const before = resumed ? parsePoints(seriesText(this.#execution.series)) : [];
    if (found === undefined) for (const point of before) this.add(point);
    else for (const point of before) this.#lastStep = Math.max(this.#lastStep, this.#scalars.read(point)?.step ?? 0);
  }

  add(point: MetricPoint): void {
    const scalar = this.#scalars.read(point);
    if (scalar === undefined || this.#appended === undefined) return;
    if (!this.#isOpen) this.#appended.append(tfRecord(versionEvent(point.time, this.#lastStep)));
    this.#isOpen = true;
    this.#appended.append(tfRecord(scalarEvent(scalar)));
  }

  close(): void {
    this.#appended?.close();
  }
}

/** `20261201T090000000Z-<fingerprint>-<random>`, as the log without its attempt. */
const folderNameOf = ({ log }: WatchedExecution): string => path.basename(log, '.log').replace(/-\d+$/, '');

function newestFolder(parent: string, fingerprint: Fingerprint): string | undefined {
  try {
    return readdirSync(parent)
      .filter((name) => name.includes(`-${fingerprint.slice(0, 12)}-`))
      .sort()
      .at(-1);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined; // nothing was written yet
  }
}

/** Readers take the files of a folder in the order of their names. */
const fileName = (): string => `events.out.tfevents.${Date.now()}.${os.hostname()}`;

/**
 * Event: wall_time = 1, step = 2, file_version = 3, summary = 5. A reader forgets the steps before that of this event.
 */
const versionEvent = (time: number, lastStep: number): Uint8Array =>
  Buffer.concat([double(1, time / 1000), integer(2, lastStep), text(3, FILE_VERSION)]);

/** Summary: value = 1, of which tag = 1 and simple_value = 2, in single precision. */
const scalarEvent = ({ name, value, step, time }: Scalar): Uint8Array =>
  Buffer.concat([double(1, time / 1000), integer(2, step), message(5, [message(1, [text(1, name), float(2, value)])])]);
