/** The page of `pipeline serve`: hears the server, and draws the state at most once per frame. */
import { render } from 'preact';
import { connect, type ConnectionState } from './connection.ts';
import { KnownState } from './known-state.ts';
import { Page } from './page.tsx';

/**
 * Longer than from one update to the next while stages report: only a page that nobody tells anything draws by itself.
 */
const SILENCE_MS = 1250;

const known = new KnownState();
let connection: ConnectionState = 'connecting';
/** The clock of the server minus the one here, in milliseconds. */
let ahead = 0;
/** By the clock of the server. */
let heard = 0;
let isDrawn = true;
let silence: ReturnType<typeof setTimeout> | undefined;

function draw(): void {
  isDrawn = true;
  const root = document.getElementById('root');
  if (root === null) throw new Error('Internal error: the document has no root.');
  const now = Date.now() + ahead;
  // After the connection was lost, nothing goes on as far as is known.
  render(<Page known={known} connection={connection} now={connection === 'open' ? now : heard} heard={heard} />, root);
  awaitSilence();
}

function drawSoon(): void {
  if (!isDrawn) return;
  isDrawn = false;
  requestAnimationFrame(draw);
}

/** Times of running instances go on between two updates. */
function awaitSilence(): void {
  clearTimeout(silence);
  silence = setTimeout(() => {
    if (!document.hidden && [...known.instances.values()].some(({ status }) => status === 'running')) drawSoon();
    else awaitSilence();
  }, SILENCE_MS);
}

connect({
  onUpdate(kind, update) {
    known.apply(kind, update);
    ahead = update.now - Date.now();
    heard = update.now;
    drawSoon();
  },
  onState(state) {
    connection = state;
    drawSoon();
  },
});
