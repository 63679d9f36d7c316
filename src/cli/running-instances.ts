/** The instances that run now: named when a second Ctrl-C kills them. */
import type { RunEvent } from '../runner/event.ts';
import type { InstanceId } from '../formats/identity.ts';
import { count } from './text/count.ts';

const MOST_NAMES = 5;

export class RunningInstances {
  readonly #ids = new Set<InstanceId>();

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.#ids.add(event.id);
        return;
      case 'succeeded':
      case 'failed':
      case 'retrying':
      case 'interrupted':
      case 'submitted':
        this.#ids.delete(event.id);
        return;
      default:
    }
  }

  /** `Killed: pretrain, finetune:seed=0.` */
  killedText(): string {
    if (this.#ids.size === 0) return 'Ended at once: no stage was running.';
    const named = [...this.#ids].slice(0, MOST_NAMES);
    const more = this.#ids.size - named.length;
    return `Killed: ${named.join(', ')}${more > 0 ? ` and ${count(more, 'more instance')}` : ''}. The checkpoints that they saved are kept.`;
  }
}
