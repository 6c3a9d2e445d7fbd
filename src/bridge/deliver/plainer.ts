import type { Failure, Job } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import { networkOf } from '../chat-ref.ts'
import { formsOf } from '../degrade.ts'
import { isMessage, readEvent } from '../event.ts'

/**
 * The next form that a job may be tried in, by its level. A file that cannot be had is not tried as another kind of
 * file, but those beside it are, and a closed chat not at all. Nor is a message of which something has arrived: readers
 * would have that twice, and its other parts have plainer forms of their own. The words about an album are about all of
 * it.
 */
export const findPlainer = (
  job: Job,
  failure: Pick<Failure, 'from' | 'unreachable' | 'ownFailure'>,
  { links }: Pick<Store, 'links'>,
): number | undefined => {
  const event = readEvent(job.event)
  if (failure.unreachable || !event || !('content' in event)) return undefined
  // Words about a better version of a file would be worse than the file that is there.
  if (event.kind === 'edit' && event.content.kind === 'media') return undefined
  const isBegun =
    isMessage(event) && event.content.kind !== 'album' && links.parts(job.source).length > job.base
  if (isBegun && failure.from !== 'media') return undefined
  const forms = formsOf(event.content, networkOf(job.target))
  // WhatsApp's hosts see of a file how long it is, and nothing more: as another kind it would be the same upload.
  const isUpload = failure.ownFailure && networkOf(job.target) === 'whatsapp'
  const isFile = (failure.from === 'media' || isUpload) && event.content.kind !== 'album'
  const next = isFile ? forms.findLastIndex(({ kind }) => kind !== 'media') : job.level + 1
  const isAlbumBegun = event.content.kind === 'album' && links.parts(job.source, 'album').length > 0
  if (isAlbumBegun && forms[next]?.kind !== 'album') return undefined
  return next > job.level && next < forms.length ? next : undefined
}

/** Whether the next form says all that this one does, and only looks plainer. */
export const isPlainerAlone = (job: Job, store: Pick<Store, 'links'>): boolean => {
  const event = readEvent(job.event)
  const isOfWords =
    event !== undefined && 'content' in event && ['text', 'joined'].includes(event.content.kind)
  return isOfWords && findPlainer(job, { from: 'send' }, store) !== undefined
}
