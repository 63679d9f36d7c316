/**
 * Everything that happens while a command works, as one union: many renderers, one source. Only src/cli prints them.
 */
import type { InstanceEvent } from '../formats/events.ts';
import type { Plan } from './plan.ts';

export type RunEvent = { readonly type: 'plan'; readonly plan: Plan } | InstanceEvent;
