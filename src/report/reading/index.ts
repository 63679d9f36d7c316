/** Reads the files of stages into the report's input. The only part of the report that opens files. */
export { readAudit, readShared } from './audit.ts';
export { readFineTuning, readPreTraining } from './curves.ts';
export { readExplanation } from './explanation.ts';
export { readPicture } from './picture.ts';
export { readSplitFacts } from './split.ts';
