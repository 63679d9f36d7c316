/** Values of a data set. An element that is there and empty counts as absent. */
import type { DataSet } from 'dicom-parser';

/** The first value of a text element, trimmed of blanks and NULs; empty if there is none. */
export function textOf(dataSet: DataSet, tag: string): string {
  return trimmed(dataSet.string(tag, 0) ?? '');
}

/** All values of a text element; backslashes separate them. */
export function textsOf(dataSet: DataSet, tag: string): string[] {
  return (dataSet.string(tag) ?? '').split('\\').map(trimmed);
}

/** Numbers of a decimal or integer string; values that are no numbers are left out. */
export function numbersOf(dataSet: DataSet, tag: string): number[] {
  return textsOf(dataSet, tag)
    .filter((text) => text !== '')
    .map(Number)
    .filter((value) => Number.isFinite(value));
}

/** The data sets of a sequence's items. */
export function itemsOf(dataSet: DataSet | undefined, tag: string): DataSet[] {
  return (dataSet?.elements[tag]?.items ?? []).flatMap(({ dataSet: item }) => (item === undefined ? [] : [item]));
}

const trimmed = (text: string): string => text.replaceAll('\0', '').trim();
