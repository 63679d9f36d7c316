/**
 * From the results of a study of masks to a page for people and tables for tools. Pure functions: no file, no clock.
 */
export { renderMaskHtml } from './document.tsx';
export { renderMaskCsv, renderMaskJson, renderMaskMarkdown } from './tables.ts';
export type { ClassOrder, MaskDataset, MaskStudy } from './study.ts';
