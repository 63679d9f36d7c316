/** The page of a study of boxes and landmarks. */
import type { JSX } from 'preact';
import { Page, renderPage } from '../page.tsx';
import { ProvenanceSection } from '../section/provenance.tsx';
import { summaryOf } from '../task/summary.ts';
import { BoxAnswer, BoxCurves, BoxPictures, BoxResults, BoxSetting } from './sections.tsx';
import type { BoxStudy } from './study.ts';

const SECTIONS = [
  { id: 'answer', title: 'Answer', Content: BoxAnswer },
  { id: 'setting', title: 'Setting', Content: BoxSetting },
  { id: 'results', title: 'Results', Content: BoxResults },
  { id: 'pictures', title: 'Boxes', Content: BoxPictures },
  { id: 'curves', title: 'Learning curves', Content: BoxCurves },
  { id: 'provenance', title: 'Provenance', Content: ProvenanceSection },
] as const;

/** A complete HTML document. */
export const renderBoxHtml = (study: BoxStudy): string => renderPage(<BoxPage study={study} />);

function BoxPage({ study }: { readonly study: BoxStudy }): JSX.Element {
  return (
    <Page title={study.title} summary={summaryOf(study, 'boxes and landmarks')} sections={SECTIONS}>
      {SECTIONS.map(({ id, Content }) => (
        <Content key={id} study={study} />
      ))}
    </Page>
  );
}
