import { proto } from '@whiskeysockets/baileys'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { makeFindMessage } from '../../../src/bridge/receive.ts'
import { systemClock } from '../../../src/support/clock.ts'
import type { Logger } from '../../../src/support/log.ts'
import { openMiddle } from '../../bridge/middle.ts'
import { samples } from '../../simulators/samples.ts'
import {
  type Call,
  type SimChat,
  startTelegramSimulator,
  type TelegramSimulator,
} from '../../simulators/telegram/index.ts'
import type { Contact, Group, WhatsAppSimulator } from '../../simulators/whatsapp/index.ts'
import { tempStore } from '../../store/temp-store.ts'
import { Linked } from '../../whatsapp/baileys/linked.ts'
import { until } from '../../whatsapp/support.ts'
import type { Specimen } from './specimens.ts'

const STATUS = 'status@broadcast'

/** The real Baileys and the real bot at a simulated WhatsApp and Telegram, with the bridge between them; each chat has a group. */
export class BothEnds implements AsyncDisposable {
  readonly wa: WhatsAppSimulator
  readonly tg: TelegramSimulator
  readonly #open: AsyncDisposableStack
  readonly #people: readonly Contact[]
  readonly #groups: readonly Group[]
  readonly #places: ReadonlyMap<string, SimChat>

  private constructor(parts: {
    linked: Linked
    tg: TelegramSimulator
    open: AsyncDisposableStack
    people: Contact[]
    groups: Group[]
    places: Map<string, SimChat>
  }) {
    this.wa = parts.linked.wa
    this.tg = parts.tg
    this.#open = parts.open
    this.#people = parts.people
    this.#groups = parts.groups
    this.#places = parts.places
  }

  /** @param logger what both networks and the bridge between them write to */
  static async open(logger: Logger): Promise<BothEnds> {
    await using open = new AsyncDisposableStack()
    const tg = open.use(await startTelegramSimulator())
    const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
    const store = open.use(tempStore())
    const middle = openMiddle(store, tg, {
      whatsapp: () => linked.connection,
      clock: systemClock,
      log: logger,
      logger,
    })
    const linked: Linked = await Linked.unlinked({
      sessions: store.session('baileys'),
      inbox: middle.inbox,
      findMessage: makeFindMessage(store),
      logger,
    })
    open.use(linked)
    open.use(middle)
    const { wa } = linked
    const people = ['Alice', 'Bob'].map((name, index) =>
      wa.addContact({ name, phone: `1555000000${index + 2}`, lid: `90000000000000${index + 2}` }),
    )
    const groups = ['Team', 'Class', 'News'].map(subject => wa.addGroup({ subject, participants: people }))
    await linked.login()
    const chats = [...people.map(({ lid }) => lid), ...groups.map(({ jid }) => jid), wa.account.lid, STATUS]
    const places = new Map(
      chats.map(chat => {
        const group = tg.addSupergroup({
          title: chat,
          members: [owner],
          botRights: { can_pin_messages: true, can_delete_messages: true },
        })
        const whatsapp: ChatRef = `whatsapp:${chat}`
        store.mappings.add({ whatsapp, telegram: `telegram:${group.id}` })
        return [chat, group]
      }),
    )
    await middle.start()
    await linked.start()
    return new BothEnds({ linked, tg, open: open.move(), people, groups, places })
  }

  /** Sends a specimen, and words behind it by which its end is known; first what it is about, until that is in Telegram. */
  async send(specimen: Specimen): Promise<void> {
    const { id, input, links, preceding, media, chat } = specimen
    for (const { wa, kind, text = 'x' } of links) {
      await this.#write(
        { ...specimen, ...(wa.fromMe ? { fromMe: true } : { author: wa.author, fromMe: false }) },
        kind === 'photo' ? await samples.photo(this.wa.media, text) : { conversation: text },
        wa.id,
      )
    }
    if (links.length > 0) {
      await this.#write(specimen, { conversation: endOf(`${id} before`) })
      await this.#shown(`${id} before`, chat)
    }
    for (const each of preceding) await this.#place(each)
    await this.#place({ input, ...(media && { media }) })
    for (const each of preceding)
      await this.#write(specimen, proto.Message.fromObject(each.input), each.key.id ?? undefined)
    await this.#write(specimen, proto.Message.fromObject(input))
    await this.#write(specimen, { conversation: endOf(id) })
  }

  /** The calls that a specimen led to, once all are there. */
  async callsOf({ id, chat }: Specimen): Promise<readonly Call[]> {
    await this.#shown(id, chat)
    const place = this.#placeOf(chat)
    const calls = this.tg.calls.filter(({ params }) => params['chat_id'] === place.id)
    const end = calls.findIndex(call => isEnd(call, id))
    const start = calls.slice(0, end).findLastIndex(call => isEnd(call))
    return calls.slice(start + 1, end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync()
  }

  #placeOf(chat: string): SimChat {
    const { lid, pn } = this.wa.account
    const place = this.#places.get(chat === pn ? lid : chat)
    if (place === undefined) throw new Error(`"${chat}" is not mapped`)
    return place
  }

  async #shown(id: string, chat: string): Promise<void> {
    const place = this.#placeOf(chat)
    await until(
      `"${id}" to be over`,
      () =>
        this.tg.calls.some(
          call => call.params['chat_id'] === place.id && isEnd(call, id) && call.response !== undefined,
        ),
      120_000,
    )
  }

  /** Files of cases lie where they say. */
  async #place({
    input,
    media,
  }: {
    input: Record<string, unknown>
    media?: Specimen['media']
  }): Promise<void> {
    const [, path] = /"directPath":"([^"]+)"/.exec(JSON.stringify(input)) ?? []
    if (path !== undefined && media) this.wa.media.place(path, Buffer.from(media.encrypted, 'base64'))
  }

  async #write(
    { chat, author, fromMe }: Pick<Specimen, 'chat' | 'author' | 'fromMe'>,
    message: proto.IMessage,
    id?: string,
  ): Promise<void> {
    const group = this.#groups.find(({ jid }) => jid === chat)
    const [alice] = this.#people
    const writer = this.#people.find(({ lid, pn }) => [lid, pn].includes(author ?? chat)) ?? alice
    if (writer === undefined) throw new Error('Nobody is there')
    const options = id === undefined ? {} : { id }
    if (chat === STATUS) await writer.postStatus(message)
    else if (chat === this.wa.account.lid || chat === this.wa.account.pn)
      await this.wa.phone.send('me', message, options)
    else if (fromMe) await this.wa.phone.send(group ?? writer, message, options)
    else await writer.send(message, { ...options, ...(group && { to: group }) })
  }
}

const END = 'That was'
const endOf = (id: string): string => `${END} ${id}.`

const isEnd = ({ method, params }: Call, id?: string): boolean => {
  const text = String(params['text'] ?? '')
  return method === 'sendMessage' && (id === undefined ? text.includes(END) : text.endsWith(endOf(id)))
}
