/**
 * Findings: labels of which an image may have several, none, or some that nobody knows. One text holds those of an
 * image: `Edema|?Mass` has the finding Edema, and it is not known if it has Mass; `none` has no finding.
 */
import type { Dataset } from '../../formats/dataset.ts';
import { DatasetError } from './error.ts';

/** 1: the image has the finding. 0: it lacks it. -1: nobody knows; the label counts nowhere. */
export type FindingState = 1 | 0 | -1;

/** In the order of the findings of the data set. */
export type FindingStates = readonly FindingState[];

export const NO_FINDING = 'none';
const SEPARATOR = '|';
const UNKNOWN = '?';

/** The reason why a text cannot be the name of a finding; undefined if it can. */
export function faultOfFindingName(name: string): string | undefined {
  if (name === NO_FINDING) return `"${NO_FINDING}" stands for an image without a finding`;
  if (name.includes(SEPARATOR)) return `"${SEPARATOR}" separates findings`;
  if (name.startsWith(UNKNOWN)) return `"${UNKNOWN}" marks a finding that is not known`;
  return undefined;
}

export function formatFindings(states: FindingStates, findings: readonly string[]): string {
  const named = findings.flatMap((name, k) => {
    if (states[k] === 0) return [];
    return [states[k] === 1 ? name : UNKNOWN + name];
  });
  return named.length === 0 ? NO_FINDING : named.join(SEPARATOR);
}

/** Throws DatasetError, naming the place, for a finding that is not one of `findings`. */
export function parseFindings(label: string, findings: readonly string[], place: string): FindingStates {
  const states = findings.map((): FindingState => 0);
  for (const part of label === NO_FINDING ? [] : label.split(SEPARATOR)) {
    const isUnknown = part.startsWith(UNKNOWN);
    const position = findings.indexOf(isUnknown ? part.slice(UNKNOWN.length) : part);
    if (position < 0)
      throw new DatasetError(`${place} has the finding "${part}"; those of the data set are ${findings.join(', ')}.`);
    states[position] = isUnknown ? -1 : 1;
  }
  return states;
}

/** True if an image with the label has the class or finding `name`. */
export const labelTest = (task: Dataset['task']): ((label: string, name: string) => boolean) =>
  task === 'findings' ? (label, name) => label.split(SEPARATOR).includes(name) : (label, name) => label === name;

/** Images with each finding, without it, and of which nobody knows. Throws DatasetError for another finding. */
export function countFindings(
  rows: readonly { readonly image: string; readonly label: string }[],
  findings: readonly string[],
): NonNullable<Dataset['findings']> {
  const states = rows.map(({ image, label }) => parseFindings(label, findings, image));
  const counted = (k: number, state: FindingState) => states.filter((own) => own[k] === state).length;
  return findings.map((finding, k) => ({
    finding,
    present: counted(k, 1),
    absent: counted(k, 0),
    unknown: counted(k, -1),
  }));
}

/** Facts that the owner should know before a training. */
export function findingNotices(counts: NonNullable<Dataset['findings']>): string[] {
  const unknown = counts.filter((each) => each.unknown > 0).map((each) => `${each.finding} ${each.unknown}`);
  const useless = counts.filter(({ present, absent }) => present === 0 || absent === 0).map(({ finding }) => finding);
  return [
    ...(unknown.length === 0
      ? []
      : [
          `Labels that are blank or -1 are not known, and count neither in training nor in tests: ${unknown.join(', ')}.`,
        ]),
    ...(useless.length === 0
      ? []
      : [`All or none of the images have ${useless.join(', ')}: no AUC can be computed, and means leave it out.`]),
  ];
}

/** The same images as if they were of one class: for draws that do not look at labels. */
export const withoutLabels = <Row extends { readonly label: string }>(rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ ...row, label: NO_FINDING }));
