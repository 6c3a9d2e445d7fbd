import { addressOf, type ChatRef, chatRef } from '../../../bridge/chat-ref.ts'
import type { Config } from '../../../config/load.ts'
import { openBeside } from '../../../store/open-beside.ts'
import { parseAddress, renderAddress } from '../../../telegram/address.ts'
import type { ChatCheck } from '../../../telegram/check-chat.ts'
import { isBroadcast, isPhone, isReadOnly, kindOfAddress } from '../../../whatsapp/address.ts'
import type { Command, Context } from '../../command.ts'
import { callsItself, findChat } from '../../find-chat.ts'
import { printable } from '../../output.ts'
import { type ExitCode, UserError } from '../../user-error.ts'

export const command: Command = {
  options: [
    { flags: '--to-telegram-only', about: 'carry nothing back: what is written in Telegram stays there' },
  ],
  examples: [
    ['wa2tg map add Family -1001234567890', 'carries the WhatsApp chat "Family" to a Telegram group'],
    ['wa2tg map add Family -1001234567890/42', 'to the topic 42 of that group'],
    ['wa2tg map add status@broadcast -1001234567890/43', 'what your contacts put into their status'],
    ['wa2tg map add +15550000001 @my_channel --to-telegram-only', 'one way, to a public channel'],
  ],
  notes: [
    'Asks Telegram whether the bot can post there, so it needs the bot token. Send /id to the bot in a chat to see what to type for it. A running bridge follows within two seconds.',
    'Ends with 0 when the chat is mapped, 1 when Telegram could not be asked (try again), 2 when something must be changed.',
  ],
  run: addMapping,
}

async function addMapping({ args, options, output, loadConfig }: Context): Promise<ExitCode> {
  const [typedChat = '', typedPlace = ''] = args
  const config = await loadConfig({ needToken: true })
  using store = await openBeside(config.dataDir, config.storage)
  const whatsapp = findChat(typedChat, store)
  const { telegram, title, isChannel, besideTopics, unheard, time } = await checkPlace(typedPlace, config)
  const isOneWay = isReadOnly(addressOf(whatsapp))
  const toTelegramOnly = options['toTelegramOnly'] === true || isOneWay
  if (isChannel && !toTelegramOnly) {
    throw new UserError(
      `"${title}" is a channel, where nobody can tell who writes: nothing can go back from it`,
      {
        hint: 'Add --to-telegram-only, or choose a group',
      },
    )
  }
  if (isOneWay) store.chats.learn({ chat: whatsapp, kind: kindOfAddress(addressOf(whatsapp)) })
  const mapping = store.mappings.add({
    ...{ whatsapp, telegram, toTelegramOnly },
    ...(time !== undefined && { since: time }),
  })
  const known = store.chats.get(whatsapp)
  output.note(
    `Mapped "${printable(store.chats.displayName(mapping.whatsapp))}" ${toTelegramOnly ? '→' : '↔'} "${printable(title)}" (${addressOf(telegram)})`,
  )
  if (known !== undefined && callsItself(typedChat, known)) {
    const address = addressOf(known.ref)
    output.note(
      `"${printable(known.displayName)}" is what ${address} calls themself. Where you meant somebody else: wa2tg map remove ${address}`,
    )
  }
  if (isOneWay) {
    const answers = isBroadcast(addressOf(whatsapp)) ? ', but for answers, which go to whom you answer' : ''
    output.note(`What you write there stays in Telegram${answers}: wa2tg posts in no channel and no status`)
  }
  if (besideTopics) {
    const back = toTelegramOnly ? '' : ', and what you write in its topics stays there'
    output.note(`Of a group with topics that is what stands in none of them (General)${back}`)
  }
  if (unheard !== undefined && !toTelegramOnly) output.note(printable(unheard))
  if (known?.lastActivity === undefined) {
    const doubt = isPhone(addressOf(mapping.whatsapp))
      ? '. Should it not, WhatsApp knows that person by another number: see wa2tg chats'
      : ''
    output.note(`Nothing has been seen in that WhatsApp chat yet; what comes from now on crosses${doubt}`)
  }
  if (output.json) {
    output.data(
      { whatsapp: addressOf(mapping.whatsapp), telegram: addressOf(telegram), toTelegramOnly },
      () => '',
    )
  }
  return 0
}

interface Found extends Pick<Extract<ChatCheck, { ok: true }>, 'title' | 'isChannel' | 'unheard' | 'time'> {
  readonly telegram: ChatRef
  readonly besideTopics: boolean
}

/** Whether the bot can post there, asked of Telegram. An `@name` becomes the number that stays when the name changes. */
const checkPlace = async (typed: string, config: Config): Promise<Found> => {
  const place = parseAddress(typed)
  if (place === undefined) {
    throw new UserError(`"${typed}" is no Telegram chat`, {
      hint: 'Type a chat id such as -1001234567890, with a topic -1001234567890/42, or @name',
    })
  }
  const { token = '', apiRoot } = config.telegram
  const { checkChat } = await import('../../../telegram/check-chat.ts')
  const found = await checkChat({ token, apiRoot, place })
  if (!found.ok) {
    throw new UserError(found.problem, { hint: found.remedy, exitCode: found.passes === true ? 1 : 2 })
  }
  const { place: at, besideTopics = false } = found
  return { ...found, telegram: chatRef('telegram', renderAddress(at)), besideTopics }
}
