/**
 * Facts of the acquisition that go into the table, so that subgroups can be seen. Each value is checked against the
 * values that exist: free text may hold a name, so free text is never passed on.
 */
import type { DataSet } from 'dicom-parser';
import { numbersOf, textOf, textsOf } from './elements.ts';
import { pixelSpacing } from './pixel-aspect.ts';

/** Columns of `table.csv`; an empty text where the file says nothing that is known. */
export interface AcquisitionFacts {
  readonly modality: string;
  readonly view: string;
  readonly manufacturer: string;
  /** Peak kilovoltage. */
  readonly kvp: string;
  /** mm from row to row; `0.5x0.6` where the columns differ. */
  readonly pixelSpacing: string;
  readonly imageType: string;
  /** `F`, `M` or `O` */
  readonly sex: string;
  /** Years. */
  readonly age: string;
}

export const ACQUISITION_COLUMNS = ['modality', 'view', 'manufacturer', 'kvp', 'pixelSpacing', 'imageType'] as const;
/** Facts of the patient: only on request. */
export const PATIENT_COLUMNS = ['sex', 'age'] as const;

export function acquisitionFacts(dataSet: DataSet): AcquisitionFacts {
  return {
    modality: oneOf(MODALITIES, textOf(dataSet, 'x00080060')),
    view: oneOf(VIEWS, textOf(dataSet, 'x00185101')),
    manufacturer: manufacturerOf(textOf(dataSet, 'x00080070')),
    kvp: plainNumber(numbersOf(dataSet, 'x00180060')[0]),
    pixelSpacing: spacingText(pixelSpacing(dataSet)),
    imageType: textsOf(dataSet, 'x00080008')
      .map((value) => oneOf(IMAGE_TYPES, value))
      .filter((value) => value !== '')
      .join('/'),
    sex: oneOf(['F', 'M', 'O'], textOf(dataSet, 'x00100040')),
    age: ageInYears(textOf(dataSet, 'x00101010')),
  };
}

const MODALITIES =
  'AR BI BMD CR CT DG DX ECG EPS ES FID GM HD IO IVOCT IVUS KER LEN LP LS MG MR NM OAM OCT OP OPM OPR OPT OPTBSV OPTENF OPV OSS OT PT PX RF RG SM TG US VA XA XC'.split(
    ' ',
  );
const VIEWS = 'AP PA LL RL RLD LLD RLO LLO LAT LATERAL CC MLO ML LM LMO XCCL XCCM FB SIO ISO CV AT RCC LCC'.split(' ');
const IMAGE_TYPES =
  'ORIGINAL DERIVED PRIMARY SECONDARY AXIAL LOCALIZER SCOUT REFORMATTED MPR MIP MINIP VOLUME PROJECTION M M_FFE P R I ADC DIFFUSION PERFUSION WATER FAT OTHER NONE MIXED'
    .split(' ')
    .concat('SCREEN SAVE');

/** Words by which a manufacturer is known, whatever its legal form. */
const MANUFACTURERS: Readonly<Record<string, RegExp>> = {
  Agfa: /\bagfa/,
  Canon: /\bcanon|\btoshiba/,
  Carestream: /\bcarestream|\bkodak/,
  Esaote: /\besaote/,
  Fujifilm: /\bfuji/,
  'GE Healthcare': /^ge\b|\bge (medical|healthcare)|\bgems\b/,
  Hitachi: /\bhitachi|\baloka/,
  Hologic: /\bhologic|\blorad/,
  'Konica Minolta': /\bkonica|\bminolta/,
  Mindray: /\bmindray/,
  Philips: /\bphilips/,
  Samsung: /\bsamsung|\bmedison/,
  Shimadzu: /\bshimadzu/,
  Siemens: /\bsiemens/,
  Swissray: /\bswissray/,
  'United Imaging': /\bunited imaging|^uih\b/,
  Varian: /\bvarian/,
};

/** `other` for a text that names none of them. */
function manufacturerOf(text: string): string {
  const words = text.toLowerCase();
  if (words === '') return '';
  return Object.entries(MANUFACTURERS).find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}

function oneOf(known: readonly string[], text: string): string {
  const upper = text.toUpperCase();
  return upper === '' ? '' : known.includes(upper) ? upper : 'other';
}

const plainNumber = (value: number | undefined): string => (value === undefined ? '' : String(round(value)));
const round = (value: number): number => Number(value.toPrecision(4));

function spacingText(spacing: readonly [number, number] | undefined): string {
  if (spacing === undefined) return '';
  const [rows, columns] = spacing.map(round);
  return rows === columns ? String(rows) : `${rows ?? ''}x${columns ?? ''}`;
}

/** `045Y`, `011M`, `003W`, `010D` (PS3.5, VR AS). */
function ageInYears(text: string): string {
  const [, number, unit] = /^(\d{1,3})([DWMY])$/.exec(text.toUpperCase()) ?? [];
  if (number === undefined || unit === undefined) return '';
  const perYear = { D: 365.25, W: 52.18, M: 12, Y: 1 }[unit] ?? 1;
  return String(Math.floor(Number(number) / perYear));
}
