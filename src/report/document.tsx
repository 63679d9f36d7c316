/** The page of a study. */
import type { JSX } from 'preact';
import { counted, listed } from './format.ts';
import { Page, renderPage } from './page.tsx';
import { absentSections, sectionsOf } from './sections.ts';
import type { Study } from './study.ts';

/** A complete HTML document. */
export const renderHtml = (study: Study): string => renderPage(<StudyPage study={study} />);

function StudyPage({ study }: { readonly study: Study }): JSX.Element {
  const [sections, absent] = [sectionsOf(study), absentSections(study)];
  return (
    <Page title={study.title} summary={summary(study)} sections={sections}>
      {sections.map(({ id, Content }) => (
        <Content key={id} study={study} />
      ))}
      {absent.length > 0 && (
        <p class="note">
          Not on this page, because this pipeline does not make it: {listed(absent.map((title) => title.toLowerCase()))}
          .
        </p>
      )}
    </Page>
  );
}

function summary({ datasets }: Study): string {
  const seeds = [...new Set(datasets.map(({ evaluation }) => evaluation.seeds.length))];
  return (
    `${counted(datasets[0]?.evaluation.models.length ?? 0, 'starting point')} compared on ` +
    `${listed(datasets.map(({ title }) => title))}, ${listed(seeds.map((count) => counted(count, 'seed')))} each.`
  );
}
