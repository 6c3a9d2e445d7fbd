import type { Content } from '../../bridge/event.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich, maxEntities } from '../entities.ts'
import { renderCardWords } from '../send/card.ts'
import { editMedia, editWords, type Words } from '../send/edit.ts'
import { renderSender } from '../send/head.ts'
import { renderJoined } from '../send/joined.ts'
import { type Kept, keepAs, keepWords, readKept } from '../send/kept.ts'
import { styled } from '../send/line.ts'
import { nameOwner } from '../send/owner.ts'
import type { Part } from '../send/part.ts'
import type { Outcome } from '../send/repeatable.ts'
import { mostParts, renderTextFile, textPart } from '../send/text.ts'
import { renderVotable } from '../send/votable.ts'
import { captionLimit, pieces, type SplitLimits, textLimit, trimRich } from '../split.ts'
import { type ChangeDesk, takeAway } from './desk.ts'

/** The words of an edited message; undefined for what has none. */
export const wordsOf = (content: Content, { change, context, options }: ChangeDesk): Words | undefined => {
  const named = nameOwner(content, context)
  switch (named.kind) {
    case 'text':
      return { words: named.body, previewUrl: named.previewUrl }
    case 'card':
      return renderCardWords(named)
    case 'poll':
    case 'appointment':
      return renderVotable(named, change.changed)
    case 'joined':
      // The marks of one person's text take none from the others, nor their names.
      return { words: renderJoined(named, options.deletions), marks: maxEntities }
    case 'placeholder':
      return { words: styled(named.label, 'italic') }
    case 'notice':
      return { words: plainText(named.text) }
    case 'album':
    case 'media':
    case 'location':
    case 'contacts':
      return undefined
    default:
      return named satisfies never
  }
}

/** One message of the bridge that carries words of the changed one. */
interface Slot {
  readonly id: string
  /** Undefined when it is not known. */
  readonly as: Kept['as'] | undefined
  readonly head: RichText | undefined
  readonly kept: Kept | undefined
}

/** Stands before what was said anew, where the message itself is not the bridge's to edit. */
const pencil = plainText('✏️ ')

/**
 * Gives a message other words, over as many messages as it takes: those there are edited, further ones answer the first,
 * and those left over go. What the owner typed in Telegram themselves gets a remark below, which is edited from then on.
 */
export const changeWords = async (given: Words, desk: ChangeDesk): Promise<void> => {
  const { changed, senderLine } = desk.change
  const [first] = changed.parts
  if (first === undefined) return
  const slots = changed.parts.flatMap(({ id, byBridge, raw }): Slot[] => {
    const kept = readKept(raw)
    return byBridge && hasWords(kept) ? [{ id, as: kept?.as, head: kept?.head, kept }] : []
  })
  const keepsHead = slots[0]?.as !== undefined && !changed.isRest
  const head = first.byBridge ? (keepsHead ? slots[0]?.head : renderSender(senderLine)) : pencil
  const laid = await lay(given, { head, slots, desk })
  // Telegram does not let it be edited any more.
  if (!laid) await lay(given, { head: pencil, slots: slots.slice(1), desk })
}

export const hasWords = (kept: Kept | undefined): boolean =>
  kept === undefined || kept.as === 'text' || kept.as === 'caption' || kept.as === 'file'

interface Laying {
  readonly head: RichText | undefined
  readonly slots: readonly Slot[]
  readonly desk: ChangeDesk
}

/** Puts the words into the slots in order. False when the first of them takes none. */
const lay = async (given: Words, { head, slots, desk }: Laying): Promise<boolean> => {
  const parts = cut(given, { head, as: slots[0]?.as })
  for (const [index, slot] of slots.entries()) {
    const part = parts[index]
    if (part === undefined && index > 0) await takeAway(slot.id, desk)
    else if ((await put(part, slot, desk)) === 'refused' && index === 0) return false
  }
  const [first] = desk.change.changed.parts
  for (const part of parts.slice(slots.length)) if (first) await desk.send(part, first)
  return true
}

/** The words as the messages that they become, of which the first one takes what its slot takes. */
export const cut = (
  { words, marks = Number.POSITIVE_INFINITY, ...options }: Words,
  { head, as }: { head: RichText | undefined; as: Kept['as'] | undefined },
): Part[] => {
  const whole = trimRich(head ? joinRich(head, trimRich(words)) : words)
  const keeping = head && head.text !== '' ? { head } : {}
  if (as === 'file') return [{ ...renderTextFile(whole, options), ...keeping }]
  const firstLimit = as === 'caption' ? captionLimit : textLimit
  const [first, ...rest] = textsOf(whole, { firstLimit, marks })
  if (first === undefined) return []
  const start = { ...textPart(first, options), ...keeping }
  if (rest.length === mostParts) return [start, renderTextFile(whole)]
  return [start, ...rest.map(text => textPart(text, { previewUrl: options.previewUrl }))]
}

/** Where there are too many marks for the messages that a text may take, those that are too many for each of them go. */
const textsOf = (whole: RichText, limits: SplitLimits): RichText[] => {
  const texts = [...pieces(whole, limits).take(mostParts + 1)]
  if (texts.length <= mostParts || limits.marks === undefined) return texts
  const { marks: _, ...others } = limits
  return textsOf(whole, others)
}

/** Makes one message say something else. */
const put = async (part: Part | undefined, { id, as, kept }: Slot, desk: ChangeDesk): Promise<Outcome> => {
  // A text cannot be empty: then it stays.
  if (part === undefined && as !== 'caption') return 'done'
  const words = part?.look.words ?? plainText('')
  if (part?.file) {
    const outcome = await editMedia(id, part, desk)
    if (outcome === 'done' && as !== 'file') desk.change.onSent({ id, raw: keepAs(part, kept?.reacted) })
    return outcome
  }
  // A file does not become a text again.
  if (part && as === 'file') return editMedia(id, renderTextFile(words, part), desk)
  const outcome = await editWords(id, { as, words, markup: part?.markup, previewUrl: part?.previewUrl }, desk)
  const raw = keepWords(kept, words)
  if (outcome === 'done' && raw !== undefined) desk.change.onSent({ id, raw })
  return outcome
}
