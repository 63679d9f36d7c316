/** The folder of all added engines: in the user's cache, so that all checkouts share it. */
import path from 'node:path';
import { cacheFolder } from '../cache-folder.ts';

export const enginesFolder = (): string => path.join(cacheFolder(), 'engines');
