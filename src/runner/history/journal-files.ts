/** The places of journals: `live/<run>/events.jsonl`, and the entry of the runner beside it. */
import path from 'node:path';

/** Absolute if the store's folder is. */
export const journalFolder = (storeFolder: string): string => path.join(storeFolder, 'live');

export const eventsOf = (journal: string): string => path.join(journal, 'events.jsonl');
export const ownerOf = (journal: string): string => path.join(journal, 'owner.json');

export const isRunId = (name: string): boolean => /^\d{8}T\d{9}Z-[0-9a-f]{8}$/.test(name);
