/** From the results of a study to a page for people and tables for tools. Pure functions: no file, no clock. */
export { renderHtml } from './document.tsx';
export { renderCsv, renderJson, renderMarkdown } from './tables.ts';
export type { DatasetResults, FineTuning, PairsSheet, PreTraining, SplitFacts } from './study.ts';
