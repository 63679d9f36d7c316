/** The stream of the server's events. */
import type { Update } from '../state.ts';

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'closed';

interface Listener {
  readonly onUpdate: (kind: 'state' | 'change', update: Update) => void;
  /** `lost`: the browser tries again. `closed`: the server does not know this page any more. */
  readonly onState: (state: ConnectionState) => void;
}

export function connect({ onUpdate, onState }: Listener): void {
  const source = new EventSource('events');
  for (const kind of ['state', 'change'] as const)
    source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      onUpdate(kind, JSON.parse(data) as Update);
    });
  source.addEventListener('open', () => {
    onState('open');
  });
  source.addEventListener('error', () => {
    onState(source.readyState === EventSource.CLOSED ? 'closed' : 'lost');
  });
}
