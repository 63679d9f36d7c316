/** From the results of a study to a page for people and tables for tools. Pure functions: no file, no clock. */
export { renderCard } from './card.ts';
export { renderChecklist } from './checklist.ts';
export { renderHtml } from './document.tsx';
export type { EmbeddedPicture } from './picture.ts';
export { STATEMENT_SUBJECTS } from './author-statements.ts';
export { renderCsv, renderJson, renderMarkdown } from './tables.ts';
export type { DatasetResults, Study } from './study.ts';
