/** Reports changes of a project's files. */
import path from 'node:path';
import { watch } from 'chokidar';
import { isWithin } from '../../util/is-within.ts';

export interface Changes {
  /** Resolves once files have changed since the last call and a moment of quiet has passed; or when it is aborted. */
  next(signal: AbortSignal): Promise<void>;
  /** Absolute paths of more files and folders to watch, and of those to ignore. */
  concerning(more: { readonly watched: readonly string[]; readonly ignored: readonly string[] }): void;
  close(): Promise<void>;
}

/** An editor that saves writes several times; a checkout of another branch, many files. */
const QUIET_MS = 150;

/** Names of folders that no pipeline reads and that may hold very many files. */
const NEVER = new Set(['.git', 'node_modules']);

/** @param never absolute path of a folder that is not looked into: the store */
export async function watchChanges(root: string, never: string): Promise<Changes> {
  let ignored: readonly string[] = [];
  /** The number of changes, and the number of reported ones. */
  const count = { seen: 0, told: 0 };
  let told = (): void => undefined;
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (file) => NEVER.has(path.basename(file)) || isWithin(file, never),
  });
  watcher.on('all', (_, file) => {
    if (ignored.some((place) => isWithin(file, place)) || isTemporary(file)) return;
    count.seen++;
    told();
  });
  await new Promise<void>((ready, failed) => watcher.once('ready', ready).once('error', failed));

  return {
    concerning(more) {
      ignored = more.ignored;
      watcher.add(more.watched.filter((file) => !isWithin(file, root)));
    },

    async next(signal) {
      do {
        if (count.seen === count.told)
          await new Promise<void>((resume) => {
            told = resume;
            signal.addEventListener(
              'abort',
              () => {
                resume();
              },
              { once: true },
            );
          });
        count.told = count.seen;
        await quiet(signal);
      } while (count.seen > count.told && !signal.aborted);
    },

    close: () => watcher.close(),
  };
}

function quiet(signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(resume, QUIET_MS);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resume();
      },
      { once: true },
    );
  });
}

/** Temporary names of the runner and of editors, beside a file before it is replaced. */
const isTemporary = (file: string): boolean => /^\..*\.(tmp|swp|swx)$|~$/.test(path.basename(file));
