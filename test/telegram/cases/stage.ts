import { Api, InputFile } from 'grammy'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { normalizeAddress } from '../../../src/whatsapp/address.ts'
import { waitUntil } from '../../bridge/bridge.ts'
import { openMiddle } from '../../bridge/middle.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import {
  type Call,
  type SimChat,
  type SimUser,
  startTelegramSimulator,
  type TelegramSimulator,
} from '../../simulators/telegram/index.ts'
import { startMediaServer } from '../../simulators/whatsapp/media-server.ts'
import type { Case } from '../../whatsapp/cases/case.ts'
import { CHATS, play } from '../../whatsapp/cases/world.ts'
import { CaseFiles, fileOf } from './files.ts'

/** Who is who in the world of the cases. */
const people = [
  ['whatsapp:900000000000002@lid', 'Alice'],
  ['whatsapp:900000000000003@lid', 'Bob'],
] as const

const idOf = (topic: number): number => -1001234567890 - topic
const telegramOf = (topic: number): ChatRef => `telegram:${idOf(topic)}`

/**
 * Plays a case from WhatsApp's message to Telegram's screen: parsed, received and carried by the real bridge to a simulated
 * Telegram, in which the messages that the case speaks of stand already. Returns the calls that this led to.
 */
export const carryCase = async (which: Case): Promise<readonly Call[]> => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const groups = CHATS.map((_, topic) =>
    tg.addSupergroup({
      id: idOf(topic),
      title: `Chat ${topic}`,
      members: [owner],
      botRights: { can_pin_messages: true, can_delete_messages: true },
    }),
  )
  await furnish(which, { tg, owner, groups })
  using played = play(which, telegramOf)
  const { store } = played
  for (const [chat, pushName] of people) store.chats.learn({ chat, pushName })
  // What the case says the bridge is about to send to WhatsApp.
  store.database.run("DELETE FROM jobs WHERE lane = 'own'")
  plan(which, tg)
  const before = tg.calls.length
  {
    await using middle = openMiddle(store, tg)
    const files = which.context.media && new CaseFiles(which, await startMediaServer())
    await using _ = files
    middle.whatsapp.files = files ? media => files.open(media) : fileOf
    await middle.start()
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  tg.assertNoSurprises()
  return tg.calls.slice(before).filter(({ method }) => !/^(getMe|getUpdates|deleteWebhook)$/i.test(method))
}

interface Stage {
  readonly tg: TelegramSimulator
  readonly owner: SimUser
  readonly groups: readonly SimChat[]
}

/** Puts the messages that a case speaks of where it says that they are. */
const furnish = async ({ context: { links = [] } }: Case, { tg, owner, groups }: Stage): Promise<void> => {
  const api = new Api(tg.token, { apiRoot: tg.apiRoot })
  const all = links
    .flatMap(link => (link.tg.parts ?? [link.tg.message_id]).map(id => ({ ...link, id })))
    .sort((a, b) => a.id - b.id)
  for (const { wa, direction, kind, text = 'x', id } of all) {
    const group = groups[CHATS.findIndex(chat => chat === (normalizeAddress(wa.chat) ?? wa.chat))]
    if (group === undefined) throw new Error(`"${wa.chat}" is not mapped`)
    const last = group.messages.at(-1)?.message_id ?? 1
    group.state.counter.skip(id - 1 - last)
    if (direction === 'tg2wa') owner.sends(group, text)
    else await post(api, group, { kind, text })
    if (group.messages.at(-1)?.message_id !== id)
      throw new Error(`Message ${id} could not be put in its place`)
  }
}

const post = (api: Api, { id }: SimChat, { kind, text }: { kind: string; text: string }): Promise<unknown> =>
  kind === 'photo' || kind === 'video'
    ? api.sendPhoto(id, new InputFile(jpeg(64, 48)), { caption: text })
    : api.sendMessage(id, text)

/** Lets Telegram answer as the case says. */
const plan = ({ context: { telegramAnswers = {} } }: Case, { faults }: TelegramSimulator): void => {
  for (const [method, answers] of Object.entries(telegramAnswers)) {
    for (const answer of Array.isArray(answers) ? answers : [answers]) {
      if (typeof answer !== 'object') continue
      const {
        error_code: error,
        description,
        parameters,
      } = answer as {
        error_code: number
        description: string
        parameters?: { retry_after?: number }
      }
      const retryAfter = parameters?.retry_after
      faults.next(method, { error, description, ...(retryAfter !== undefined && { retryAfter }) })
    }
  }
}
