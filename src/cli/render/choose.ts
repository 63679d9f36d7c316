/** Chooses the renderer of a run. Only the chosen one is loaded. */
import { unreachable } from '../../util/unreachable.ts';
import type { ProgressMode, Renderer, View } from './renderer.ts';

/** `auto` is live on a terminal that can move its cursor, outside CI; else plain. */
export async function chooseRenderer(mode: ProgressMode | 'json', view: View): Promise<Renderer> {
  switch (mode) {
    case 'json':
      return new (await import('./json.ts')).JsonRenderer(view);
    case 'live':
      return new (await import('./live.ts')).LiveRenderer(view);
    case 'plain':
      return new (await import('./plain.ts')).PlainRenderer(view);
    case 'quiet':
      return new (await import('./quiet.ts')).QuietRenderer(view);
    case 'auto':
      return chooseRenderer(isLive(view.terminal) ? 'live' : 'plain', view);
    default:
      return unreachable(mode);
  }
}

function isLive({ messages, environment }: View['terminal']): boolean {
  return messages.isTerminal && !environment.CI && environment.TERM !== 'dumb';
}
