/** Findings about the DICOM files of a data set that its owner should know. */
import type { DicomHeader } from './header.ts';

export function headerNotices(headers: readonly DicomHeader[]): string[] {
  const count = (has: (header: DicomHeader) => boolean): number => headers.filter(has).length;
  const all = headers.length;
  const said = (number: number, text: string): string[] =>
    number === 0 ? [] : [`${number} of ${all} DICOM files ${text}`];
  const modalities = [...new Set(headers.map(({ acquisition }) => acquisition.modality || 'unknown'))].sort();
  return [
    ...(modalities.length > 1
      ? [`The DICOM files are of several modalities: ${modalities.join(', ')}. A study of one is usual.`]
      : []),
    ...said(
      count(({ isLocalizer }) => isLocalizer),
      'are localizers (ImageType): survey pictures, and not images to study. Leave them out.',
    ),
    ...said(
      count(({ mayHoldText }) => mayHoldText),
      'may hold text in their pixels (BurnedInAnnotation, secondary capture): names, or the answer. Look at them.',
    ),
    ...said(
      count(({ isSquare }) => !isSquare),
      'have pixels that are not square (PixelSpacing, PixelAspectRatio). They are resampled to square ones.',
    ),
    ...said(
      count(({ scale }) => (scale.windows ?? 1) > 1),
      'carry several windows. The first window of each is used.',
    ),
    ...differingWindows(headers),
  ];
}

/** CT numbers have a meaning, which a window for each picture removes. */
function differingWindows(headers: readonly DicomHeader[]): string[] {
  const scans = headers.filter(({ acquisition }) => acquisition.modality === 'CT');
  const windows = new Set(scans.map(({ scale }) => scale.name ?? 'none'));
  if (windows.size < 2) return [];
  const shown = [...windows].sort().slice(0, 3).join('; ');
  return [
    `The ${scans.length} CT files carry ${windows.size} different windows (${shown}), so one CT number has several gray ` +
      'levels. Give one window for all, such as "gray": { "window": [40, 400] }.',
  ];
}
