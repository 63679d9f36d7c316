/** From the results of a study of boxes to a page for people and tables for tools. Pure functions. */
export { renderBoxHtml } from './document.tsx';
export { renderBoxCsv, renderBoxJson, renderBoxMarkdown } from './tables.ts';
