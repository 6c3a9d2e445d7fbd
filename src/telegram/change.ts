import type { Change, Settled } from '../bridge/network.ts'
import { forgetWords, showDeletion } from './change/deletion.ts'
import type { ChangeDesk, ChangeOptions } from './change/desk.ts'
import { changeFile } from './change/file.ts'
import { moveLocation } from './change/location.ts'
import { showPin } from './change/pin.ts'
import { showReactions } from './change/reaction.ts'
import { showReceipt } from './change/receipt.ts'
import { showVotes } from './change/vote.ts'
import { changeWords, wordsOf } from './change/words.ts'
import { sendBatch } from './send/call.ts'
import { currentPlace } from './send/context.ts'
import { keep } from './send/kept.ts'
import { keepParts, readParts } from './send/kept-parts.ts'
import type { Part } from './send/part.ts'
import type { Made } from './send.ts'
import { findPart } from './settle/find-part.ts'
import { askForMove } from './settle/missed-move.ts'
import { lookInTurn, restUntil } from './settle/turns.ts'
import type { SettleContext } from './settle.ts'

export interface ChangeContext extends SettleContext {
  readonly changes: ChangeOptions
}

/** Shows a change of an earlier message. Everything in it may be repeated, but what sends a message of its own. */
export const showChange = (change: Change, context: ChangeContext): Promise<void> =>
  carryOut({
    ...deskFor(change, context),
    async send(part, under) {
      const { chat, messageId, signal, openMedia, beforeSending } = change
      // Before it is kept as what may have been sent.
      beforeSending?.()
      change.onSending(keepParts([part]))
      const { id, words: quote, only } = under
      const reply = { id: Number(id), ...(quote !== undefined && { quote }), only }
      const errand = { chat, messageId, signal, openMedia, silent: true, reply }
      const [message] = await sendBatch([part], errand, context)
      if (message) record(change, { part, id: message.message_id, message }, { isFound: false })
    },
  })

/**
 * Finds out whether the message that a change had to send did arrive, of which there is only one in doubt, for all
 * earlier ones are known: it is looked for as it went out. Of what went since a backup was made that was not kept: the
 * change is carried out once more, up to the point where it would send something. Not before the server cannot be at work
 * on it any more: what it does late would undo the next change.
 */
export const settleChange = async (change: Change, context: ChangeContext): Promise<Settled> => {
  const quest = { attempt: change, after: [], context, step: 0 }
  const { chatId } = currentPlace(change, context.marks)
  await restUntil(Math.max(context.busyUntil(chatId), context.atWork.until(change.messageId)), quest)
  await askForMove(change, context)
  const find = async (part: Part): Promise<boolean> => {
    const look = async (): Promise<boolean> => {
      const found = await findPart(part, quest)
      if (found === undefined || typeof found === 'string') return false
      record(change, found, { isFound: true })
      return true
    }
    return await lookInTurn(look, part, quest)
  }
  const [sent] = change.rendered === undefined ? [] : readParts(change.rendered)
  if (sent) return await find(sent)
  // It is kept before it goes.
  if (!change.restored) return 'repeats'
  const done = new Error('settled')
  /** Undefined where nothing more would have to be sent. */
  const findNext = async (): Promise<boolean | undefined> => {
    let isThere: boolean | undefined
    try {
      await carryOut({
        ...deskFor(change, context),
        async send(part) {
          isThere = await find(part)
          throw done
        },
      })
    } catch (error) {
      if (error !== done) throw error
    }
    return isThere
  }
  const isThere = await findNext()
  // Since a backup was made the words of an edit may have gone as several messages.
  let goesOn = isThere === true && change.event.kind === 'edit'
  while (goesOn) goesOn = (await findNext()) === true
  return isThere ?? true
}

const record = (
  { onSent }: Change,
  { part, id, message }: Made,
  { isFound }: { readonly isFound: boolean },
): void =>
  onSent({ id: String(id), raw: keep(message, part, { isFound }) }, part.remark ? 'remark' : part.role)

const deskFor = (change: Change, context: ChangeContext): Omit<ChangeDesk, 'send'> => {
  const { messageId, signal, openMedia } = change
  const place = currentPlace(change, context.marks)
  return { change, context, options: context.changes, place, messageId, signal, openMedia }
}

const carryOut = async (desk: ChangeDesk): Promise<void> => {
  const { event } = desk.change
  switch (event.kind) {
    case 'edit': {
      if (event.content.kind === 'location') return moveLocation(event.content, desk)
      if (event.content.kind === 'media') return changeFile(event.content, desk)
      if (event.content.kind === 'poll') return showVotes(desk)
      await forgetWords(desk)
      const words = wordsOf(event.content, desk)
      // Of several texts the last has vanished that was shown.
      if (event.content.kind === 'joined' && words?.words.text === '') return showDeletion('time', desk)
      return words && changeWords(words, desk)
    }
    case 'deletion':
      return showDeletion(event.by, desk)
    case 'reaction':
      return showReactions(desk)
    case 'vote':
      return showVotes(desk)
    case 'pin':
      return showPin(event.pinned, desk)
    case 'join':
    case 'option':
    case 'kept':
      return
    case 'receipt':
      return showReceipt(event.state, desk)
    default:
      return event satisfies never
  }
}
