import type { Job } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import type { JoinedContent, JoinedItem } from '../content.ts'
import type { ChangeEvent, ChangeOf } from '../event.ts'
import { italicText } from '../rich-text.ts'
import { isThat, joinedContentOf } from './gathered.ts'

/** A change of one text of several as a change of the message that holds them. */
export interface JoinedChange {
  /** The edit of the whole; the change itself when all of the whole has been deleted, or has vanished. */
  readonly event: ChangeEvent
  /** That text is deleted, and others stay. */
  readonly gone?: ChangeOf<'deletion'>['by']
  /** The messages that the texts were. */
  readonly sources: readonly number[]
  /** To be called when the change is carried out: what the whole says now. */
  keep(): void
}

export const changeJoined = (job: Job, event: ChangeEvent, store: Store): JoinedChange | undefined => {
  if (event.kind !== 'edit' && event.kind !== 'deletion') return undefined
  const { links } = store
  const holder = links.standIns(job.source, job.target).find(part => joinedContentOf(part) !== undefined)
  const source = links.get(job.source)
  const content = joinedContentOf(holder)
  if (!holder || !source || !content) return undefined
  const items = content.items.flatMap(item => (isThat(item, source, store) ? changed(item, event) : item))
  const whole: JoinedContent = { kind: 'joined', items }
  const { target, chat, id, sender, sentAt } = event
  const isByTime = event.kind === 'deletion' && event.by === 'time'
  const edit: ChangeOf<'edit'> = {
    version: 1,
    kind: 'edit',
    target,
    chat,
    id,
    sender,
    sentAt,
    content: whole,
  }
  // What was deleted before may be shown still, and has not vanished.
  const isWhole = items.every(({ deleted }) => deleted) && (!isByTime || items.length === 0)
  return {
    event: isWhole ? event : edit,
    ...(!isWhole && event.kind === 'deletion' && { gone: event.by }),
    sources: links.sources(holder.key),
    keep: () => links.update(holder.key, 'content', JSON.stringify(whole)),
  }
}

/** What has vanished by itself leaves nothing behind. */
const changed = (item: JoinedItem, event: ChangeOf<'edit' | 'deletion'>): JoinedItem[] => {
  if (event.kind === 'deletion') return event.by === 'time' ? [] : [{ ...item, deleted: true }]
  const { content } = event
  if (content.kind === 'placeholder') return [{ ...item, body: italicText(content.label) }]
  return content.kind === 'text' ? [{ ...item, body: content.body }] : [item]
}
