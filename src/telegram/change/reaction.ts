import type { Reaction, StandIn } from '../../bridge/network.ts'
import { oneLine, plainText } from '../../bridge/rich-text.ts'
import { keepReacted, readKept } from '../send/kept.ts'
import { listNames, shortName } from '../send/line.ts'
import { type Outcome, repeatable } from '../send/repeatable.ts'
import type { ChangeDesk } from './desk.ts'
import { keepNote } from './note.ts'

/** The emoji that a bot may react with (Bot API `ReactionTypeEmoji`), none with U+FE0F. */
const allowed: ReadonlySet<string> = new Set(
  '👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'.split(
    ' ',
  ),
)

/** By which reaction of the bot the owner's messages show what became of them. */
export const signs: Readonly<Record<'delivered' | 'read' | 'failed', string>> = {
  delivered: '👌',
  read: '👀',
  failed: '👎',
}

/**
 * A bot has one reaction on a message. One person's is shown as it; those of several, one that bots may not set, and one to
 * a single text of several in the message, in a line below. So is each one to a picture of an album: the bot has one
 * reaction for all of it, at the first that is not deleted (Bot API `setMessageReaction`), where nobody sees which is meant.
 */
export const showReactions = async (desk: ChangeDesk): Promise<void> => {
  const { parts, reactions, receipt } = desk.change.changed
  const [target] = parts
  if (target === undefined) return
  const whole = target.words === undefined && !standsInAlbum(target)
  const native = whole ? nativeReaction(reactions) : undefined
  // Where nobody's reaction stands, the sign of what became of the message comes back.
  const sign = receipt && !target.byBridge && desk.options.receipts ? signs[receipt] : undefined
  const outcome = whole ? await showAsBot(target, native ?? sign, desk) : 'unasked'
  if (outcome === 'gone') return
  const shown = native !== undefined && outcome === 'done'
  const line = shown ? '' : renderReactions(reactions)
  const words = { words: plainText(line) }
  await keepNote('reactions', { words, form: reactionsForm, only: outcome === 'unasked' }, desk)
}

export const standsInAlbum = ({ raw }: StandIn): boolean => readKept(raw)?.group !== undefined

/**
 * Shows this as the bot's reaction. That none stands where there was none before needs no call, since each counts as a
 * message; it is written down before it is set. What is written down may be older than what stands there where an
 * attempt is in doubt, and of what the backup had that was put back.
 */
const showAsBot = async (
  { id, byBridge, raw }: StandIn,
  emoji: string | undefined,
  desk: ChangeDesk,
): Promise<Outcome | 'unasked'> => {
  const kept = byBridge ? readKept(raw) : undefined
  const { change, context, place } = desk
  const { onSent, inDoubt } = change
  const isTrue = !inDoubt && !context.marks.isOfBackup(place.chatId, Number(id))
  if (kept?.reacted === false && emoji === undefined && isTrue) return 'unasked'
  if (kept && emoji !== undefined && !kept.reacted) onSent({ id, raw: keepReacted(kept, true) })
  const outcome = await setReaction(id, emoji, desk)
  if (kept && kept.reacted !== false && emoji === undefined && outcome === 'done')
    onSent({ id, raw: keepReacted(kept, false) })
  return outcome
}

/** Sets the bot's reaction, or takes it back. */
export const setReaction = (id: string, emoji: string | undefined, desk: ChangeDesk) =>
  repeatable(
    'setMessageReaction',
    {
      message_id: Number(id),
      reaction: emoji === undefined ? [] : [{ type: 'emoji', emoji: emoji as '👍' }],
    },
    desk,
  )

/** The one reaction there is, as Telegram writes it; undefined when there are several, or it is none of Telegram's. */
export const nativeReaction = (reactions: readonly Reaction[]): string | undefined => {
  const [only, ...others] = reactions
  if (only === undefined || others.length > 0) return undefined
  const emoji = only.emoji.replace(/\ufe0f|[\u{1f3fb}-\u{1f3ff}]/gu, '')
  return allowed.has(emoji) ? emoji : undefined
}

/** `👍 Bob, Alice · 😂 You`, the first emoji first. */
export const renderReactions = (reactions: readonly Reaction[]): string => {
  const names = new Map<string, string[]>()
  for (const { emoji, name } of reactions) {
    const shown = oneLine(emoji)
    names.set(shown, [...(names.get(shown) ?? []), shortName(name)])
  }
  return [...names].map(([emoji, people]) => `${emoji} ${listNames(people)}`).join(' · ')
}

/** How such a line looks. To Unicode a figure is an emoji, too, but as a keycap alone it is one that people see. */
const reactionsForm =
  /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\p{M}\p{Cf}]|[0-9#*]\ufe0f?\u20e3)+ \S/u
