/** The sections of the page, in order. An empty section is left out, also of the list of contents. */
import type { JSX } from 'preact';
import { AnswerSection } from './section/answer.tsx';
import { AuditSection, hasAudit } from './section/audit.tsx';
import { CalibrationSection } from './section/calibration.tsx';
import { hasConfusion } from './confusable.ts';
import { ConfusionSection } from './section/confusion.tsx';
import { CurvesSection } from './section/curves.tsx';
import { DiscriminationSection } from './section/discrimination.tsx';
import { EmbeddingsSection } from './section/embeddings.tsx';
import { LabelsSection } from './section/labels.tsx';
import { PairsSection } from './section/pairs.tsx';
import { ProvenanceSection } from './section/provenance.tsx';
import { ResultsSection } from './section/results.tsx';
import { SettingSection } from './section/setting.tsx';
import type { DatasetResults, Study } from './study.ts';

export interface PageSection {
  readonly id: string;
  /** In the list of contents. */
  readonly title: string;
  readonly Content: (props: { readonly study: Study }) => JSX.Element;
}

/**
 * `shown` is true if at least one data set has content for the section; without `shown`, the section is always there.
 */
const SECTIONS: readonly (PageSection & { readonly shown?: (dataset: DatasetResults) => boolean })[] = [
  { id: 'answer', title: 'Answer', Content: AnswerSection },
  { id: 'setting', title: 'Setting', Content: SettingSection },
  { id: 'results', title: 'Results', Content: ResultsSection },
  {
    id: 'curves',
    title: 'Learning curves',
    Content: CurvesSection,
    shown: ({ fineTuning, preTraining }) => fineTuning.length + preTraining.length > 0,
  },
  { id: 'pairs', title: 'Augmented pairs', Content: PairsSection, shown: ({ pairs }) => pairs.length > 0 },
  { id: 'calibration', title: 'Calibration', Content: CalibrationSection },
  {
    id: 'discrimination',
    title: 'ROC and precision',
    Content: DiscriminationSection,
    shown: ({ evaluation }) => evaluation.models.some(({ curves }) => curves.length > 0),
  },
  {
    id: 'labels',
    title: 'Fewer labels',
    Content: LabelsSection,
    shown: ({ evaluation }) => evaluation.labelFractions.length > 0,
  },
  {
    id: 'confusion',
    title: 'Mistakes',
    Content: ConfusionSection,
    shown: hasConfusion,
  },
  {
    id: 'embeddings',
    title: 'Features',
    Content: EmbeddingsSection,
    shown: ({ explanations }) => explanations.length > 0,
  },
  { id: 'audit', title: 'Leaks', Content: AuditSection, shown: hasAudit },
  { id: 'provenance', title: 'Provenance', Content: ProvenanceSection },
];

export function sectionsOf({ datasets }: Study): readonly PageSection[] {
  return SECTIONS.filter(({ shown }) => shown === undefined || datasets.some(shown));
}

/** The sections that this pipeline has no data for, in words for the reader. */
export function absentSections({ datasets }: Study): readonly string[] {
  return SECTIONS.filter(({ shown }) => shown !== undefined && !datasets.some(shown)).map(({ title }) => title);
}
