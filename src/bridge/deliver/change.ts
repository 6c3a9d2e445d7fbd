import type { Job } from '../../outbox/index.ts'
import type { LinkRole, Store, StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf, ownerOn } from '../chat-ref.ts'
import { isOver, isVotable, parseContent } from '../content.ts'
import { formsOf } from '../degrade.ts'
import { type ChangeEvent, isMessage, readEvent, receiptId } from '../event.ts'
import type { Change, Changed, NoteRole, SentPart, StandIn } from '../network.ts'
import { albumTopic } from '../topics.ts'
import { type AttemptContext, describeAttempt, sharesIds, standInOf } from './attempt.ts'
import { beside } from './beside.ts'
import { type Frame, keptFrame, renderedFor, takeFrame } from './frame.ts'
import { joinedContentOf, standInFor, toolsFor } from './gathered.ts'
import { changeJoined } from './joined.ts'

/**
 * What the target network needs to carry out a change: the state of things now, not when the change was made. `keep` writes
 * down what is to be remembered of it, once it is carried out.
 */
export const prepareChange = (
  job: Job,
  event: ChangeEvent,
  context: AttemptContext,
): { readonly change: Change; keep?(): void } => {
  const { store, outbox, now = Date.now, time = now } = context
  const { links, chats } = store
  const joined = changeJoined(job, event, store)
  const begun = keptFrame(job) ?? takeFrame(job, event, context)
  const line = joined ? undefined : begun.line
  // What was kept before a backup was made may read otherwise since.
  const rendered = job.restored ? undefined : renderedFor(job, begun)
  const { rendered: _, ...others } = begun
  let kept = job
  const keepFrame = (frame: Frame): void => {
    kept = outbox.keepFrame(kept, JSON.stringify(frame))
  }
  const ref = (id: string) => ({ chat: chats.resolve(job.target), id })
  const isNote = (role: NoteRole | 'remark' | undefined): boolean => role !== undefined && role !== 'remark'
  const inAll = (role?: NoteRole | 'remark'): readonly number[] =>
    !isNote(role) && joined ? joined.sources : [job.source]
  const change: Change = {
    ...describeAttempt(job, networkOf(event.chat), context),
    event: inForm(joined?.event ?? event, job),
    ...(line !== undefined && { senderLine: line }),
    ...(rendered !== undefined && { rendered }),
    // What was found or sent in the meantime counts.
    get changed() {
      const changed = describeChanged(job, joined?.event ?? event, context)
      return { ...changed, ...(joined?.gone && { gone: joined.gone }) }
    },
    beside: () => beside(job, context),
    onSending(text) {
      // From here on it is known how it reads, which its row says also where it reads the same.
      const { frame: __, ...unframed } = kept
      kept = { ...unframed, restored: false }
      store.transaction(() => keepFrame({ ...others, rendered: { level: job.level, text } }))
    },
    onSent(part: SentPart, role?: NoteRole | 'remark') {
      if (!isNote(role) && renew(part, { job, store, chat: ref(part.id).chat })) return
      const isNew = links.find(ref(part.id)) === undefined
      store.transaction(() => {
        for (const source of inAll(role))
          links.add(source, ref(part.id).chat, part, time(), role ?? roleOfWords(source, store))
        if (kept.frame !== undefined) keepFrame(others)
      })
      if (isNew) context.progressed({ isNew })
    },
    onCarried({ id, raw }) {
      const own = { chat: chats.resolve(job.target), id, me: true, ...(raw !== undefined && { raw }) }
      const known = links.find(own)
      // Lost in a power cut, it would only be shown once more, or be asked for in vain.
      store.transaction(
        () => {
          if (known === undefined) links.remember(own, time())
          else if (raw !== undefined) links.update(known.key, 'raw', raw)
        },
        { flush: false },
      )
    },
    onGone(id) {
      store.transaction(() => {
        for (const source of inAll()) links.drop(source, ref(id))
      })
    },
  }
  return { change, ...(joined && { keep: joined.keep }) }
}

/** Further words of what holds the place of a message until it comes are to give way to it, too. */
const roleOfWords = (source: number, { links }: Store): LinkRole =>
  (['', 'words', 'placeholder'] as const).find(role => links.parts(source, role).length > 0) ?? ''

/** The first of the pictures of the same album that nobody has deleted. */
const heirOf = (source: number, { links, albums }: Store): StoredMessage | undefined => {
  const album = links.album(source)
  return album === undefined ? undefined : albums.firstPicture(album)
}

/**
 * A part that is known stays what it is for its message; only the network's own copy of it is another. A power cut that
 * forgets that forgets that the job is done, too, and it is reported again.
 */
const renew = (
  { id, raw }: SentPart,
  { job, store, chat }: { job: Job; store: Store; chat: ChatRef },
): boolean => {
  const heir = heirOf(job.source, store)
  const sources = heir === undefined ? [job.source] : [job.source, heir.key]
  const all = sources.flatMap(source => store.links.standIns(source, chat))
  const known = all.find(each => each.bridge && each.id === id)
  if (known && raw !== undefined && raw !== known.raw)
    store.transaction(() => store.links.update(known.key, 'raw', raw), { flush: false })
  return known !== undefined
}

const inForm = (event: ChangeEvent, { target, level }: Job): ChangeEvent =>
  event.kind === 'edit'
    ? { ...event, content: formsOf(event.content, networkOf(target))[level] ?? event.content }
    : event

/** What phones have told of a message that was sent for the owner; of an album of the picture that is least far. */
const receiptOf = (
  source: number,
  { chat, target }: ChangeEvent,
  context: Pick<AttemptContext, 'store' | 'outbox'>,
): Changed['receipt'] => {
  const { links } = context.store
  const album = links.album(source)
  if (album !== undefined && isInPart(album, context)) return undefined
  const ids = album === undefined ? [target.id] : links.parts(album, 'album').map(({ id }) => id)
  const hasCome = (state: 'read' | 'delivered'): boolean =>
    ids.every(id =>
      (['read', state] as const).some(each => links.find({ chat, id: receiptId(id, each) }) !== undefined),
    )
  return (['read', 'delivered'] as const).find(hasCome)
}

/** Whether pictures of an album could not go: what its sign says of them stays. */
const isInPart = (key: number, { store, outbox }: Pick<AttemptContext, 'store' | 'outbox'>): boolean => {
  const album = store.links.get(key)
  if (album === undefined) return false
  const went = store.links.parts(key, 'album').length
  return outbox.about(album.chat, albumTopic(key)).some(job => {
    const event = outbox.isOpen(job.id) ? undefined : readEvent(job.event)
    if (event?.id !== album.id || !isMessage(event) || event.content.kind !== 'album') return false
    return went < event.content.items.length
  })
}

/**
 * Of several texts together each has its words and no more, in the one message where they stand; what they say is
 * changed as a whole.
 */
const partsOf = (
  message: StoredMessage | undefined,
  target: ChatRef,
  { kind }: ChangeEvent,
  context: AttemptContext,
): StandIn[] => {
  const all = message === undefined ? [] : context.store.links.standIns(message.key, target)
  const at = all.findIndex(part => joinedContentOf(part) !== undefined)
  const gathered = all[at]
  if (kind === 'deletion' && message !== undefined)
    return [...all.map(part => standInOf(part)), ...mayBeThere(message, { target, known: all }, context)]
  if (gathered === undefined) return all.map(part => standInOf(part))
  // What stands before it held the place of this text alone, and takes nothing of the others.
  if (kind === 'edit') return all.slice(at).map(part => standInOf(part))
  return [standInFor(message, gathered, toolsFor(target, context))]
}

/** What was given up in doubt: the message that was tried last may be there, under the id that it was to have. */
const mayBeThere = (
  { key, seenAt }: StoredMessage,
  { target, known }: { target: ChatRef; known: readonly StoredMessage[] },
  { outbox, network }: AttemptContext,
): StandIn[] => {
  const { partId } = network(networkOf(target))
  if (partId === undefined) return []
  return outbox
    .unsettled(target)
    .filter(({ source, isGivenUp, event }) => source === key && isGivenUp && isSent(event))
    .map(({ messageId }) => {
      // They go one after the other: behind those that have gone it is the next one.
      let position = 0
      const id = () => partId(messageId, position)
      while (known.some(part => part.id === id())) position += 1
      return { id: id(), fromMe: true, byBridge: true, at: seenAt }
    })
}

const isSent = (json: string): boolean => {
  const event = readEvent(json)
  return event !== undefined && isMessage(event)
}

const describeChanged = (job: Job, event: ChangeEvent, context: AttemptContext): Changed => {
  const { source } = job
  const { store, now = Date.now, time = now } = context
  const { links, opinions, chats } = store
  // Its address may have become an alias since the job was claimed.
  const target = chats.resolve(job.target)
  const message = links.get(source)
  const content = message?.content === undefined ? undefined : parseContent(message.content)
  const isHere = sharesIds(job, context)
  const [reactions] = links.parts(source, 'reactions', isHere)
  const [tally] = links.parts(source, 'tally', isHere)
  const receipt = receiptOf(source, event, context)
  const isDeleted = event.kind === 'deletion' && event.by !== 'time'
  const next = isDeleted ? heirOf(source, store) : undefined
  const [heir] = next === undefined ? [] : links.standIns(next.key, target)
  const who = (person: ChatRef) => {
    const me = person === ownerOn(networkOf(person))
    return { person, me, name: me ? 'You' : chats.displayName(person) }
  }
  return {
    parts: partsOf(message, target, event, context),
    isRest: links.parts(source, '', chat => !isHere(chat)).length > 0,
    notes: { ...(reactions && { reactions }), ...(tally && { tally }) },
    seenAt: message?.seenAt ?? 0,
    ...(content && isVotable(content) && { content }),
    reactions: opinions
      .reactions(source)
      // What somebody reacted on the target network itself stands there already.
      .filter(({ person }) => networkOf(person) !== networkOf(target))
      .map(({ person, emoji }) => ({ ...who(person), emoji })),
    ...(receipt && { receipt }),
    ...(heir && { heir: standInOf(heir) }),
    isOver: content !== undefined && isOver(content, time()),
    votes: opinions
      .votes(source)
      .map(({ person, choice, guests }) => ({ ...who(person), choice, ...(guests > 0 && { guests }) })),
  }
}
