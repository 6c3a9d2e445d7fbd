import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { WAMessage } from '@whiskeysockets/baileys'
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
import { CHATS, type PlayedCase, play } from '../../whatsapp/cases/world.ts'
import { CaseFiles, fileOf } from './files.ts'

/** Who is who in the world of the cases. */
const people = [
  ['whatsapp:900000000000002@lid', 'Alice'],
  ['whatsapp:900000000000003@lid', 'Bob'],
] as const

const idOf = (topic: number): number => -1001234567890 - topic
const telegramOf = (topic: number): ChatRef => `telegram:${idOf(topic)}`

/** What a case led to. */
export interface Carried {
  readonly which: Case
  readonly calls: readonly Call[]
  readonly played: PlayedCase
  /** Milliseconds until everything was done, by the clock of the bridge. */
  readonly took: number
  /** Milliseconds until the last call. */
  readonly lastAfter: number
  /** Hosts that were asked for anything. */
  readonly asked: readonly string[]
  /** How often the phone was asked for the file. */
  readonly reuploads: number
  /** What the next message of the chat led to. */
  readonly next: readonly Call[]
}

/** The chat in Telegram that a WhatsApp chat of the cases is mapped to. */
export const telegramIdOf = (jid: string): number =>
  idOf(CHATS.findIndex(chat => chat === (normalizeAddress(jid) ?? jid)))

/**
 * Plays a case from WhatsApp's message to Telegram's screen: parsed, received and carried by the real bridge to a simulated
 * Telegram, in which the messages that the case speaks of stand already. Then `look` is shown what this led to.
 */
export const carryCase = async (which: Case, look: (carried: Carried) => void): Promise<void> => {
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
  using hosts = watchHosts()
  using played = play(which, telegramOf)
  const { store } = played
  for (const [chat, pushName] of people) store.chats.learn({ chat, pushName })
  // What the case says the bridge is about to send to WhatsApp.
  store.database.run("DELETE FROM jobs WHERE lane = 'own'")
  plan(which, tg)
  await using middle = openMiddle(store, tg)
  const files = which.context.media && new CaseFiles(which, await startMediaServer())
  await using _ = files
  middle.whatsapp.files = files ? media => files.open(media) : fileOf
  const begun = middle.clock.now()
  let lastAfter = 0
  const noteTime = (): boolean => {
    lastAfter = middle.clock.now() - begun
    return false
  }
  tg.faults.next('*', 'hang', { when: noteTime })
  let seen = tg.calls.length
  const carry = async (): Promise<readonly Call[]> => {
    await waitUntil(() => middle.outbox.counts().pending === 0)
    const made = tg.calls.slice(seen)
    seen = tg.calls.length
    return made.filter(({ method }) => !/^(getMe|getUpdates|deleteWebhook)$/i.test(method))
  }
  await middle.start()
  const calls = await carry()
  const [took, last] = [middle.clock.now() - begun, lastAfter]
  middle.inbox.receive(played.read(nextOf(which)))
  const next = await carry()
  tg.assertNoSurprises()
  const { asked } = hosts
  look({ which, calls, played, took, lastAfter: last, asked, reuploads: files?.reuploads ?? 0, next })
}

/** What its sender writes behind a case. */
export const AFTER = 'And what comes after'

const nextOf = ({ context: { key, timestamp } }: Case): WAMessage => ({
  key: { ...key, id: '3A00000000000000AFTER' },
  messageTimestamp: timestamp + 1,
  message: { conversation: AFTER },
})

/** The hosts that this process asks, by Node's own account. */
const watchHosts = (): { readonly asked: string[] } & Disposable => {
  const asked: string[] = []
  const byHttp = (message: unknown) =>
    asked.push(
      String((message as { request: { getHeader(name: string): unknown } }).request.getHeader('host')),
    )
  const byFetch = (message: unknown) =>
    asked.push(new URL((message as { request: { origin: string } }).request.origin).host)
  subscribe('http.client.request.created', byHttp)
  subscribe('undici:request:create', byFetch)
  return {
    asked,
    [Symbol.dispose]() {
      unsubscribe('http.client.request.created', byHttp)
      unsubscribe('undici:request:create', byFetch)
    },
  }
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
