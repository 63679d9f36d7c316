/** The end of a log, which is read again every second while its instance is at work. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { InstanceState, LogPiece } from '../state.ts';
import type { KnownState } from './known-state.ts';
import { shownLines, withPiece, type LogText } from './log-text.ts';

interface LogProps {
  readonly known: KnownState;
  /** The key of an instance that the reader chose. */
  readonly wanted: string | undefined;
  readonly onChoose: (key: string) => void;
  /** The server answers. */
  readonly isOpen: boolean;
}

const READ_MS = 1000;
const MOST_CHOICES = 300;

export function Log({ known, wanted, onChoose, isOpen }: LogProps): JSX.Element {
  const choices = [...known.instances].filter(([, { status }]) => status !== 'blocked').sort(newestFirst);
  const key = wanted !== undefined && known.instances.has(wanted) ? wanted : choices[0]?.[0];
  const status = key === undefined ? undefined : known.instances.get(key)?.status;
  const text = useLog(key, isOpen && status === 'running', `${status} ${known.instances.get(key ?? '')?.attempt}`);
  return (
    <section id="log">
      <h2>Log</h2>
      {key === undefined ? (
        <p class="note">Nothing was executed yet.</p>
      ) : (
        <>
          <p>
            <label>
              of{' '}
              <select
                value={key}
                onChange={({ currentTarget }) => {
                  onChoose(currentTarget.value);
                }}
              >
                {choices.slice(0, MOST_CHOICES).map(([each, { id }]) => (
                  <option key={each} value={each}>
                    {id}
                  </option>
                ))}
                {!choices.slice(0, MOST_CHOICES).some(([each]) => each === key) && (
                  <option value={key}>{known.instances.get(key)?.id}</option>
                )}
              </select>
            </label>
          </p>
          <LogLines text={text} />
        </>
      )}
    </section>
  );
}

type Choice = readonly [string, InstanceState];

/** Running ones, then the one that was started last. */
function newestFirst([, a]: Choice, [, b]: Choice): number {
  const rank = ({ status }: InstanceState): number => (status === 'running' ? 0 : 1);
  return rank(a) - rank(b) || (b.started ?? 0) - (a.started ?? 0);
}

/**
 * `none`: there is no log. What is added to a log at work is shown as the page is drawn next, within a second or so: a
 * frame of its own would cost as much as all else. @param occasion when it changes, the log is read once more
 */
function useLog(key: string | undefined, isAtWork: boolean, occasion: string): LogText | 'none' | undefined {
  const known = useRef<{ key: string; text: LogText | 'none' } | undefined>(undefined);
  const [, showNow] = useState<object>();
  useEffect(() => {
    if (key === undefined) return;
    let isOver = false;
    const read = async (): Promise<void> => {
      if (document.hidden) return;
      const shown = known.current?.key === key ? known.current.text : undefined;
      const before = shown === 'none' ? undefined : shown;
      const found = await readPiece(key, before);
      if (isOver || found === 'lost' || (found === 'none' && shown === 'none')) return;
      if (found !== 'none' && before?.file === found.file && found.text === '') return;
      known.current = { key, text: found === 'none' ? found : withPiece(before, found) };
      if (before === undefined || !isAtWork) showNow({});
    };
    void read();
    const timer = isAtWork ? setInterval(() => void read(), READ_MS) : undefined;
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [key, isAtWork, occasion]);
  return known.current?.text;
}

async function readPiece(key: string, before: LogText | undefined): Promise<LogPiece | 'none' | 'lost'> {
  const query = new URLSearchParams({ instance: key });
  if (before !== undefined) {
    query.set('file', before.file);
    query.set('to', String(before.to));
  }
  try {
    const answer = await fetch(`log?${query.toString()}`);
    if (answer.status === 404) return 'none';
    return answer.ok ? ((await answer.json()) as LogPiece) : 'lost';
  } catch {
    return 'lost'; // the page says that there is no connection
  }
}

/** Stays at the end, as long as the reader does not scroll up. */
function LogLines({ text }: { readonly text: LogText | 'none' | undefined }): JSX.Element {
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  const lines = text === undefined || text === 'none' ? [] : shownLines(text);
  if (text === 'none') return <p class="note">There is no log of it here.</p>;
  return (
    <pre
      class="log"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="The end of the log"
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
      }}
    >
      {lines.length === 0 ? 'The log is empty.' : lines.join('\n')}
    </pre>
  );
}
