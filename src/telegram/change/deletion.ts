import { networkOf } from '../../bridge/chat-ref.ts'
import type { ChangeOf } from '../../bridge/event.ts'
import type { StandIn } from '../../bridge/network.ts'
import { plainText, prefixed, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { renderBlank } from '../send/blank.ts'
import { editMedia, editWords } from '../send/edit.ts'
import { readKept } from '../send/kept.ts'
import { styled } from '../send/line.ts'
import { type Outcome, repeatable } from '../send/repeatable.ts'
import { renderTextFile, textPart } from '../send/text.ts'
import { textLimit } from '../split.ts'
import { type ChangeDesk, takeAway } from './desk.ts'
import { inheritHead } from './inherit.ts'
import { readSaid } from './read-sent.ts'

type By = ChangeOf<'deletion'>['by']

/** Messages that Telegram deletes in one call. */
const mostAtOnce = 100
const bin = '🗑 '
const watch = '⏱ '

/**
 * Takes a deleted message away with everything that stands for it, or strikes it through. Telegram lets a bot delete for 48
 * hours; after that what can be edited says that it was deleted. One whose time is over is never kept struck through, and
 * nothing is said under one that stays: nobody has done anything.
 */
export const showDeletion = async (by: By, desk: ChangeDesk): Promise<void> => {
  const { parts } = desk.change.changed
  const { deletions } = desk.options
  if (deletions === 'keep' && by !== 'time') return isOwnDoing(desk) ? sayKept(desk) : undefined
  const strikes = deletions === 'strike' && by !== 'time'
  if (!strikes) await inheritHead(desk)
  const left = strikes ? parts : await removeAll(desk)
  const told: Outcome[] = []
  for (const part of left) {
    if (isRemark(part)) continue
    const first = told.length === 0
    told.push(strikes ? await strike(part, desk) : await sayDeleted(part, by, { first, desk }))
  }
  const isTold = left.some(isRemark) || told.length === 0 || told.some(outcome => outcome !== 'refused')
  if (by === 'time' || isTold) return
  const [target] = parts
  if (target) await desk.send({ ...textPart(sentence(by)), remark: 'deleted' }, target)
}

/** The owner asked for it here, and it is done in WhatsApp. */
const isOwnDoing = ({ change: { event, chat } }: ChangeDesk): boolean =>
  networkOf(event.chat) === networkOf(chat)

/** It stays here, as the config has it; but that it is gone there has to be seen. */
const sayKept = async (desk: ChangeDesk): Promise<void> => {
  const { parts } = desk.change.changed
  const [target] = parts
  if (target === undefined || parts.some(isRemark)) return
  const words = styled(`${bin}Deleted in WhatsApp`, 'italic')
  await desk.send({ ...textPart(words), remark: 'deleted' }, target)
}

const isRemark = ({ raw }: StandIn): boolean => readKept(raw)?.as === 'deleted'

const sentences: Readonly<Record<By, string>> = {
  author: `${bin}This message was deleted`,
  admin: `${bin}This message was deleted by an admin`,
  time: `${watch}This message has disappeared`,
}

const sentence = (by: By): RichText => styled(sentences[by], 'italic')

/** Deletes all parts and notes; returns the parts that Telegram does not let go. */
const removeAll = async (desk: ChangeDesk): Promise<StandIn[]> => {
  const { parts, notes } = desk.change.changed
  const said = parts.filter(part => !isRemark(part))
  const ids = [...said, ...Object.values(notes)].map(({ id }) => id)
  const left = new Set<string>()
  for (let at = 0; at < ids.length; at += mostAtOnce) {
    const some = ids.slice(at, at + mostAtOnce)
    if (some.length > 1 && (await removeTogether(some, desk))) {
      for (const id of some) desk.change.onGone(id)
      continue
    }
    // One that may not be deleted holds back all of them.
    for (const id of some) if (!(await takeAway(id, desk))) left.add(id)
  }
  return parts.filter(part => isRemark(part) || left.has(part.id))
}

/** What quotes one text of several goes with it: the note of reactions to it, and the remark that it was pinned. */
export const forgetWords = async (desk: ChangeDesk): Promise<void> => {
  const { gone, notes, parts } = desk.change.changed
  if (gone === undefined || (gone !== 'time' && desk.options.deletions !== 'delete')) return
  const pins = parts.filter(({ raw }) => readKept(raw)?.as === 'pin')
  for (const { id } of [...Object.values(notes), ...pins]) await takeAway(id, desk)
}

const removeTogether = async (ids: readonly string[], desk: ChangeDesk): Promise<boolean> =>
  (await repeatable('deleteMessages', { message_ids: ids.map(Number) }, desk)) !== 'refused'

/** Puts the news in the place of the words, and nothing to see in the place of a file. */
const sayDeleted = async (
  { id, byBridge, raw }: StandIn,
  by: By,
  { first, desk }: { first: boolean; desk: ChangeDesk },
): Promise<Outcome> => {
  const kept = readKept(raw)
  if (!byBridge || kept?.as === 'bare') return 'refused'
  const words = first
    ? joinRich(kept?.head ?? plainText(''), sentence(by))
    : plainText((by === 'time' ? watch : bin).trim())
  const hasFile = kept?.as === 'caption' || kept?.as === 'file'
  const said = hasFile ? 'refused' : await editWords(id, { as: 'text', words }, desk)
  if (said !== 'refused' || kept?.as === 'text') return said
  // An album of documents takes no picture, and a voice message nothing at all.
  for (const part of [renderBlank(words), renderTextFile(words)]) {
    const replaced = await editMedia(id, part, desk)
    if (replaced !== 'refused') return replaced
  }
  return editWords(id, { as: 'caption', words }, desk)
}

/** Draws a line through the words of a message. */
const strike = async ({ id, byBridge, raw }: StandIn, desk: ChangeDesk): Promise<Outcome> => {
  const kept = readKept(raw)
  if (!byBridge || kept?.as === 'bare') return 'refused'
  const said = kept?.words ? { as: kept.as, words: kept.words } : await readSaid(id, desk)
  if (typeof said === 'string') return said
  const words = strikeWords(said.words, kept?.head?.text.length ?? 0)
  return editWords(id, { as: kept?.as ?? said.as, words }, desk)
}

/** The words struck through, but for those that are the bridge's own; the same when they are struck through already. */
export const strikeWords = (words: RichText, own: number): RichText => {
  const again = words.text.startsWith(bin)
  const marked = again || [...words.text].length + bin.length > textLimit ? words : prefixed(bin, words)
  const start = (marked.text.startsWith(bin) ? bin.length : 0) + own
  const length = marked.text.length - start
  if (length <= 0) return marked
  return { ...marked, spans: [...marked.spans, { start, length, style: 'strike' }] }
}
