/** Reads the files of stages into the report's input. The only part of the report that opens files. */
export { readAuditFindings, readSharedFindings } from './audit.ts';
export { readFineTuning, readPreTraining, readTransferTraining } from './curves.ts';
export { readPicturedExplanation } from './explanation.ts';
export { readPicture } from './picture.ts';
export { readSplitFacts } from './split.ts';
