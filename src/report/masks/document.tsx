/** The page of a study of masks. */
import type { JSX } from 'preact';
import { Page, renderPage } from '../page.tsx';
import { ProvenanceSection } from '../section/provenance.tsx';
import { summaryOf } from '../task/summary.ts';
import { MaskAnswer, MaskCurves, MaskOverlays, MaskResults, MaskSetting } from './sections.tsx';
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
    <Page title={study.title} summary={summaryOf(study, 'masks')} sections={SECTIONS}>
      {SECTIONS.map(({ id, Content }) => (
        <Content key={id} study={study} />
      ))}
    </Page>
  );
}
