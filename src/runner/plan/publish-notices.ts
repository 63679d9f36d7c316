/** Sentences about published places that a run will leave as they are: told before the work, not after it. */
import type { UnpublishedPlace } from '../../formats/events.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Plan } from '../plan.ts';

export function publishNotices({ entries }: Plan): string[] {
  return entries.flatMap(({ instance, unpublished }) => unpublished.map((place) => notice(instance.id, place)));
}

function notice(id: InstanceId, { path, cause }: UnpublishedPlace): string {
  switch (cause) {
    case 'edited':
      return `${path} was edited, so ${id} will not replace it; move it away and run again`;
    case 'in-the-way':
      return `${path} is no result of this pipeline, so ${id} will not replace it; move it away and run again`;
    case 'not-in-store':
      return `${path} is not published: the result of ${id} is up to date by the lockfile, and this store lacks it`;
  }
}
