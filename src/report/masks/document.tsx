/** The page of a study of masks. */
import type { JSX } from 'preact';
import { counted, listed } from '../format.ts';
import { Page, renderPage } from '../page.tsx';
import { ProvenanceSection } from '../section/provenance.tsx';
import { MaskCurves } from './curves.tsx';
import { MaskAnswer, MaskOverlays, MaskResults, MaskSetting } from './sections.tsx';
import type { MaskStudy } from './study.ts';

const SECTIONS = [
  { id: 'answer', title: 'Answer', Content: MaskAnswer },
  { id: 'setting', title: 'Setting', Content: MaskSetting },
  { id: 'results', title: 'Results', Content: MaskResults },
  { id: 'overlays', title: 'Masks', Content: MaskOverlays },
  { id: 'curves', title: 'Learning curves', Content: MaskCurves },
  { id: 'provenance', title: 'Provenance', Content: ProvenanceSection },
] as const;

/** A complete HTML document. */
export const renderMaskHtml = (study: MaskStudy): string => renderPage(<MaskPage study={study} />);

function MaskPage({ study }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Page title={study.title} summary={summary(study)} sections={SECTIONS}>
      {SECTIONS.map(({ id, Content }) => (
        <Content key={id} study={study} />
      ))}
    </Page>
  );
}

function summary({ datasets }: MaskStudy): string {
  const seeds = [...new Set(datasets.map(({ evaluation }) => evaluation.seeds.length))];
  return (
    `${counted(datasets[0]?.evaluation.models.length ?? 0, 'starting point')} compared by masks on ` +
    `${listed(datasets.map(({ title }) => title))}, ${listed(seeds.map((count) => counted(count, 'seed')))} each.`
  );
}
