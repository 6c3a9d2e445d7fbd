import type { Job } from '../../outbox/index.ts'
import type { LinkRole } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { claimed, longestLife } from '../claimed.ts'
import type { Content, MessageEvent } from '../event.ts'
import type { Delivery, SentPart } from '../network.ts'
import { findReplyTarget } from './answered.ts'
import { type AttemptContext, describeAttempt } from './attempt.ts'
import { albumsBeside, beside } from './beside.ts'
import { editedSince } from './edited-since.ts'
import { formOf, inFrame, keptFrame, renderedFor, takeFrame } from './frame.ts'
import { sourceOf } from './gathered.ts'
import { addNotice } from './notice.ts'
import { takeBack } from './taken-back.ts'
import { findTogether } from './together.ts'

/** What the target network needs to send a message in the form whose turn it is. */
export const prepareMessage = (job: Job, event: MessageEvent, context: AttemptContext): Delivery => {
  const { store, now = Date.now, time = now } = context
  const { links, chats } = store
  const content = formOf(job, event)
  const role = roleOf(event, content)
  const known = partsOf(job, { event, role }, context)
  // Every form of an album has the same items: those that went as one form do not go again as another.
  const sent: SentPart[] = role === '' ? known.slice(job.base) : known
  const frame = keptFrame(job) ?? takeFrame(job, event, context)
  const rendered = renderedFor(job, frame)
  const { event: framed, replyTo } = inFrame(event, frame, findReplyTarget(event, job.target, context))
  // In another chat or topic, where its own was mapped to that before, nothing becomes the message (`receive/message.ts`).
  const isHere = (chat: ChatRef): boolean => chat === chats.resolve(job.target)
  const here = (each: LinkRole): SentPart[] => links.parts(job.source, each, isHere)
  const placeholder = holdersOf(event, role).flatMap(here)
  const [note] = placeholder.length > 0 ? here('reactions') : []
  const changed = editedSince(job, framed, context)
  const together = sent.length === 0 ? findTogether(job, context) : undefined
  return {
    ...describeAttempt(job, networkOf(event.chat), context),
    event: { ...framed, content },
    ...(frame.line !== undefined && { senderLine: frame.line }),
    ...(replyTo && { replyTo }),
    ...(rendered !== undefined && { rendered }),
    ...(placeholder.length > 0 && { placeholder }),
    ...(note && { note }),
    ...(together && { together: together.content }),
    ...(changed.length > 0 && { edited: changed }),
    beside: () => beside(job, context),
    albumsBeside: () => albumsBeside(job, context),
    sent,
    onSent(part) {
      if (sent.some(({ id }) => id === part.id)) return
      // Its address may have become an alias since the job was claimed.
      store.transaction(() => link(part, sent.length, chats.resolve(job.target)))
      sent.push(part)
      context.progressed({ isNew: placeholder.every(({ id }) => id !== part.id) })
    },
    tell: text =>
      store.transaction(() => addNotice(context, { chat: event.chat, text, replyTo: event.id, now: now() })),
  }

  function link(
    { expiresAt, together: found, lost, announces, ...part }: SentPart,
    index: number,
    target: ChatRef,
  ): void {
    const { source } = job
    if (announces) {
      links.add(source, target, part, time(), 'announcement')
      return
    }
    const { content: whole, chat } = event
    const item = whole.kind === 'album' ? whole.items[part.item ?? index] : undefined
    const shown =
      whole.kind === 'album' ? item && links.find({ chat, id: item.id }, event.sender.person)?.key : source
    if (shown !== undefined)
      takeBack({ chat: target, id: part.id }, { source: shown, chat }, { ...context, now: now() })
    links.add(source, target, part, time(), role)
    if (shown !== undefined && shown !== source) links.add(shown, target, part, time(), lost ? 'words' : '')
    // What vanishes there is to vanish where it was typed, too.
    if (expiresAt !== undefined && shown !== undefined)
      store.expiry.set(shown, claimed(expiresAt, time() + longestLife))
    const held = found ?? content
    if (held.kind === 'joined') {
      const keys = held.items.map(item => sourceOf(item, event.chat, store)?.key)
      for (const key of keys) if (key !== undefined && key !== source) links.add(key, target, part, time())
      const holder = links.find({ chat: target, id: part.id })
      if (index === 0 && holder) links.update(holder.key, 'content', JSON.stringify(held))
    }
    if (found) together?.settle(found)
  }
}

/** What went so far; what stands there for the file before is none of it. */
const partsOf = (
  { source, messageId, target }: Job,
  { event, role }: { event: MessageEvent; role: LinkRole },
  { store, network }: AttemptContext,
): SentPart[] => {
  const all = store.links.parts(source, role)
  const heads = role === 'album' ? store.links.parts(source, 'announcement') : []
  const parts = [...heads.map(head => ({ ...head, announces: true as const })), ...all]
  if (event.replaces === undefined) return parts
  return parts.filter(({ id }) => id === messageId || network(networkOf(target)).isPart?.(id, messageId))
}

const holdersOf = ({ replaces }: MessageEvent, role: LinkRole): LinkRole[] =>
  replaces === undefined ? holders(role) : []

const roleOf = ({ content, pending }: MessageEvent, form: Content): LinkRole => {
  if (pending) return 'placeholder'
  if (content.kind === 'media' && form.kind !== 'media') return 'words'
  return content.kind === 'album' ? 'album' : ''
}

/** What gives way to a message that has this role. */
const holders = (role: LinkRole): LinkRole[] =>
  role === 'placeholder' ? [] : role === 'words' ? ['placeholder'] : ['placeholder', 'words']
