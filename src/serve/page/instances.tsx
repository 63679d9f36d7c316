/** All instances of a study as a table, folded up. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { InstanceState } from '../state.ts';
import { axesText, duration, statusWord } from './words.ts';

interface InstancesProps {
  readonly entries: readonly (readonly [string, InstanceState])[];
  readonly onLog: (key: string) => void;
}

const MOST = 500;

export function Instances({ entries, onLog }: InstancesProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary>All instances ({entries.length})</summary>
      {isOpen && <Table entries={entries} onLog={onLog} />}
    </details>
  );
}

function Table({ entries, onLog }: InstancesProps): JSX.Element {
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="All instances">
        <table>
          <thead>
            <tr>
              {['stage', 'instance', 'state', 'time', 'log'].map((title) => (
                <th key={title} scope="col" class="text">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.slice(0, MOST).map(([key, instance]) => (
              <Row
                key={key}
                instance={instance}
                onLog={() => {
                  onLog(key);
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      {entries.length > MOST && <p class="note">And {entries.length - MOST} more.</p>}
    </>
  );
}

function Row({ instance, onLog }: { readonly instance: InstanceState; readonly onLog: () => void }): JSX.Element {
  const { stage, axes, status, seconds, note, id } = instance;
  return (
    <tr>
      <th scope="row" class="text">
        {stage}
      </th>
      <td class="text">{Object.keys(axes).length === 0 ? '' : axesText(instance)}</td>
      <td class="text">
        {statusWord(status)}
        {note !== undefined && <span class="detail">{note}</span>}
      </td>
      <td>{seconds === undefined ? '' : duration(seconds)}</td>
      <td>
        {status !== 'blocked' && (
          <button type="button" onClick={onLog} aria-label={`Log of ${id}`}>
            log
          </button>
        )}
      </td>
    </tr>
  );
}
