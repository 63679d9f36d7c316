/**
 * Files that count as no part of an input: tools drop them into folders that they only read. The patterns are those of
 * .gitignore.
 */
import path from 'node:path';

/** Left behind by interpreters, file managers, editors, office programs, network file systems and version control. */
export const DEFAULT_IGNORE: readonly string[] = [
  '__pycache__/',
  '*.pyc',
  '*.pyo',
  '.ipynb_checkpoints/',
  '.pytest_cache/',
  '.mypy_cache/',
  '.ruff_cache/',
  '.DS_Store',
  '._*',
  '.Spotlight-V100/',
  '.Trashes/',
  '.fseventsd/',
  'Thumbs.db',
  'ehthumbs.db',
  '[Dd]esktop.ini',
  '.directory',
  '.Trash-*/',
  '*~',
  '.*.sw[a-p]',
  '.#*',
  '\\#*#',
  '.~lock.*#',
  '~$*',
  '.nfs[0-9a-f]*',
  '.fuse_hidden*',
  '.git',
  '.hg/',
  '.svn/',
];

export interface Ignored {
  /** @param file absolute. A link is no folder. */
  includes(file: string, isFolder: boolean): boolean;
}

export interface IgnoreRules {
  /** For an input: undefined if nothing is ignored there, because its path or pattern itself names ignored files. */
  within(input: string): Ignored | undefined;
}

interface Rule {
  readonly pattern: string;
  /** `!`: files that an earlier rule ignores count again. */
  readonly counts: boolean;
  readonly onlyFolders: boolean;
  /** Compared with the path below the root, else with the name alone. */
  readonly anchored: boolean;
  readonly regex: RegExp;
}

/**
 * @param root absolute: patterns with a slash begin there
 * @param more patterns of the pipeline file, after the default ones; the last one that matches decides
 */
export function ignoreRules(root: string, more: readonly string[]): IgnoreRules {
  const defaults = DEFAULT_IGNORE.map(ruleOf);
  const rules = [...defaults, ...more.map(ruleOf)];
  // Most files match no rule, so one expression is asked first.
  const byName = anyOf(rules.filter(({ anchored }) => !anchored));
  const byPath = anyOf(rules.filter(({ anchored }) => anchored));
  const ignored: Ignored = {
    includes(file, isFolder) {
      const name = path.basename(file);
      const below = byPath === undefined ? '' : path.relative(root, file);
      if (byName?.test(name) !== true && byPath?.test(below) !== true) return false;
      const decisive = rules.findLast(
        ({ regex, anchored, onlyFolders }) => regex.test(anchored ? below : name) && (isFolder || !onlyFolders),
      );
      return decisive?.counts === false;
    },
  };
  const isNamed = (input: string): boolean =>
    input
      .split('/')
      .some((part) => defaults.some(({ regex }) => regex.test(part)) || rules.some(({ pattern }) => pattern === part));
  return { within: (input) => (isNamed(input) ? undefined : ignored) };
}

/** False for a set that no expression can have, such as `[z-a]`. */
export function isIgnorePattern(written: string): boolean {
  try {
    return ruleOf(written).pattern !== '';
  } catch {
    return false;
  }
}

function ruleOf(written: string): Rule {
  const counts = written.startsWith('!');
  const text = counts ? written.slice(1) : written;
  const onlyFolders = text.endsWith('/');
  const pattern = onlyFolders ? text.slice(0, -1) : text;
  const anchored = pattern.includes('/');
  const regex = new RegExp(`^(?:${regexText(pattern.replace(/^\//, ''))})$`);
  return { pattern, counts, onlyFolders, anchored, regex };
}

const anyOf = (rules: readonly Rule[]): RegExp | undefined =>
  rules.length === 0 ? undefined : new RegExp(rules.map(({ regex }) => regex.source).join('|'));

/** `*`, `?`, `[a-z]`, `**` and `\` as in .gitignore; names that begin with a dot are matched too. */
function regexText(pattern: string): string {
  const token = /\*\*\/|\/\*\*$|\*+|\?|\[(!?)((?:\\.|[^\]\\])+)\]|\\(.)|[^]/gu;
  return pattern.replace(token, (found, negated: string | undefined, set: string | undefined, literal?: string) => {
    if (found === '**/') return '(?:.*/)?';
    if (found === '/**') return '/.*';
    if (found.startsWith('*')) return '[^/]*';
    if (found === '?') return '[^/]';
    if (set !== undefined) return `[${negated === '!' ? '^' : ''}${set.replaceAll('[', '\\[')}]`;
    return (literal ?? found).replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
  });
}

/** Files of file managers and interpreters. In a published folder they are no edits, and may vanish with it. */
export function isLitter(name: string): boolean {
  return name.split('/').some((part) => LITTER.test(part));
}

const LITTER = /^(__pycache__|.*\.py[co]|\.DS_Store|Thumbs\.db|[Dd]esktop\.ini|\.directory)$/;
