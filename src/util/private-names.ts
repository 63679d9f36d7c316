/** The file beside private data that says which digest stands for which file. It is no part of an input. */
export const PRIVATE_NAMES_FILE = '.pretext-names.csv';
