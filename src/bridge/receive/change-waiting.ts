import type { StoredMessage } from '../../store/index.ts'
import { networkOf } from '../chat-ref.ts'
import { addEcho } from '../deliver/echo.ts'
import { edited } from '../edited.ts'
import { type ChangeEvent, type Content, isMessage, readEvent } from '../event.ts'
import { messageTopic } from '../topics.ts'
import { changeAlbum, placeOfAlbum } from './album.ts'
import type { ReceiveContext } from './reception.ts'
import { keepWhomFor } from './went-nowhere.ts'
import { placeOfOwn } from './went-to.ts'

/**
 * What the owner edits or takes back before it went is changed where it waits: nobody ever sees the first version.
 * Returns whether that was so.
 */
export const changeWaiting = (
  event: ChangeEvent,
  subject: StoredMessage,
  context: ReceiveContext,
): boolean => {
  if (networkOf(event.chat) !== 'telegram' || subject.chat !== event.chat) return false
  if (event.kind !== 'edit' && event.kind !== 'deletion') return false
  if (event.kind === 'edit') return rewrite(event.content, subject, context)
  const about = placeOfOwn(subject.key, context)
  if (!withdraw(subject, context)) return false
  if (about !== undefined) keepWhomFor(subject.key, { text: '', about }, context.store)
  addEcho(event, { ...context, source: subject.key })
  return true
}

/** Gives a message of the owner's that waits another content. Returns whether there was one. */
export const rewrite = (
  content: Content,
  subject: StoredMessage,
  context: Pick<ReceiveContext, 'outbox'>,
): boolean => {
  const { outbox } = context
  const waiting = outbox.untouched(messageTopic(subject.key), 'message')
  if (waiting === undefined)
    return changeAlbum(subject, context, item => {
      const now = edited(item, content)
      return now.kind === 'media' ? [{ ...item, ...now }] : [item]
    })
  const message = readEvent(waiting.event)
  // A new file beside the message that it is of, which is under way: that is to be changed, too.
  if (!message || !isMessage(message) || message.replaces !== undefined) return false
  const event = JSON.stringify({ ...message, content: edited(message.content, content) })
  outbox.rewrite(waiting.id, { event, dueAt: waiting.dueAt })
  return true
}

/** Ends what waits of the files that were put in the place of one that has gone: what went is deleted behind that. */
const dropNewFiles = (subject: StoredMessage, { outbox }: Pick<ReceiveContext, 'outbox'>): void => {
  const waiting = outbox.untouched(messageTopic(subject.key), 'certain')
  const message = waiting && readEvent(waiting.event)
  if (!message || !isMessage(message) || message.replaces === undefined) return
  outbox.finish(waiting.id)
  dropNewFiles(subject, { outbox })
}

/** Ends what waits of a message of the owner's: itself, a new file of it, and its edits. Not beside an album in which it may be. */
const withdraw = (subject: StoredMessage, context: Pick<ReceiveContext, 'outbox'>): boolean => {
  const { outbox } = context
  dropNewFiles(subject, context)
  const next = () => outbox.untouched(messageTopic(subject.key), 'unsent')
  let waiting = next()
  if (waiting === undefined) return changeAlbum(subject, context, () => [])
  if (placeOfAlbum(subject, context) !== undefined) return false
  for (; waiting !== undefined; waiting = next()) outbox.finish(waiting.id)
  const edits = outbox.about(subject.chat, `edit ${subject.key} `)
  for (const { id, isUntouched } of edits) if (isUntouched) outbox.finish(id)
  return true
}
