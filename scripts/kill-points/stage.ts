import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import type { Seen, SimChat } from '../../test/simulators/telegram/index.ts'
import type { Contact, Group } from '../../test/simulators/whatsapp/index.ts'
import { World, type WorldOptions } from '../../test/simulators/world.ts'
import { buildWithFailPoints } from '../../test/support/fail-points/build.ts'
import { FailPoints } from '../../test/support/fail-points/index.ts'
import type { Walk } from './walk.ts'

/** One mapped chat, and what a person is to see on either side in the end, in order. */
export interface Pair {
  readonly contact: Contact
  /** The WhatsApp group, where it is one. */
  readonly family?: Group
  readonly chat: SimChat
  readonly telegram: string[]
  readonly whatsapp: string[]
}

/** Programs with fail points, by the folder that each is in: it is made once. */
const programs = new Map<string, Promise<string>>()

const programIn = (folder: string): Promise<string> => {
  const program = programs.get(folder) ?? buildWithFailPoints(folder)
  programs.set(folder, program)
  return program
}

/**
 * A world whose program has fail points. `folder` is for the program, compiled code, which makes every start cheaper, and the
 * notes of the fail points.
 */
export const openDoomed = async (
  folder: string,
  { env: more = {}, ...options }: Omit<WorldOptions, 'binary'> = {},
): Promise<{ world: World; points: FailPoints }> => {
  const points = new FailPoints(folder)
  const env = { ...more, ...points.env, NODE_COMPILE_CACHE: join(folder, 'compiled') }
  return { world: await World.open({ ...options, env, binary: await programIn(folder) }), points }
}

/**
 * Lets the bridge run for a moment, and returns the steps that every life comes past. Telegram keeps reactions for a bot only from
 * when it has first asked for them.
 */
export const runInPeace = async (world: World, points: FailPoints): Promise<string[]> => {
  points.plan()
  const inPeace = await world.run()
  points.begin()
  await sleep(500)
  inPeace.kill('SIGTERM')
  await inPeace.ended
  return points.passed()
}

/** How many chats there are, and what the program has in its environment. */
export interface Cast {
  readonly folder: string
  readonly walk: Walk
  readonly chats: number
  readonly groups: number
  readonly env?: Readonly<Record<string, string>>
}

/** A linked bridge that is to be killed at points of our choice, with so many private chats and groups. */
export class Stage implements AsyncDisposable {
  readonly world: World
  readonly points: FailPoints
  readonly pairs: readonly Pair[]
  readonly #turns = { chat: 0, group: 0 }

  private constructor(parts: { world: World; points: FailPoints; pairs: readonly Pair[] }) {
    this.world = parts.world
    this.points = parts.points
    this.pairs = parts.pairs
  }

  static async open({ folder, walk, chats, groups, env = {} }: Cast): Promise<Stage> {
    const { world, points } = await openDoomed(folder, { env })
    const pairs = Array.from({ length: chats + groups }, (_, index) => makePair(world, index, index >= chats))
    const { code, stderr } = await world.link()
    if (code !== 0) throw new Error(stderr)
    for (const { contact, family, chat } of pairs) {
      const outcome = await world.wa2tg('map', 'add', family?.jid ?? contact.pushName, String(chat.id))
      if (outcome.code !== 0) throw new Error(outcome.stderr)
    }
    walk.expect(await runInPeace(world, points))
    return new Stage({ world, points, pairs })
  }

  /** Each of the private chats, or of the groups, in turn. */
  nextPair(where: 'chat' | 'group'): Pair {
    const fitting = this.pairs.filter(({ family }) => (family === undefined) === (where === 'chat'))
    const pair = fitting[this.#turns[where]++ % fitting.length]
    if (pair === undefined) throw new Error(`There is no ${where}`)
    return pair
  }

  /** Chats in which not everything is as it should be in the end. */
  differences(): { readonly pair: Pair; readonly telegram: string[]; readonly whatsapp: string[] }[] {
    return this.pairs
      .map(pair => ({ pair, telegram: this.#inTelegram(pair), whatsapp: this.#inWhatsApp(pair) }))
      .filter(
        ({ pair, telegram, whatsapp }) => !same(pair.telegram, telegram) || !same(pair.whatsapp, whatsapp),
      )
  }

  isSettled(pair: Pair): boolean {
    return same(pair.telegram, this.#inTelegram(pair)) && same(pair.whatsapp, this.#inWhatsApp(pair))
  }

  /** Waits until everything is as it should be, for so many milliseconds at most. */
  async settle(pairs: readonly Pair[], ms: number): Promise<void> {
    const isSettled = (): boolean => pairs.every(pair => this.isSettled(pair))
    await eventually(isSettled, 'everything to arrive', ms).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
  }

  /** What the bot has said there. */
  #inTelegram({ chat }: Pair): string[] {
    const said = chat.transcript().filter(({ from }) => from.isBot)
    const isNoteOn = (words: string, id: number) => (note: Seen) =>
      note.replyTo === id && note.quote === words
    const notes = said.filter(note =>
      said.some(({ id, text }) => joinedIn(text).some(words => isNoteOn(words, id)(note))),
    )
    return said
      .filter(each => !notes.includes(each))
      .flatMap(({ id, kind, text, reactions }) => {
        // Above the words stands who said them in a group, and when, where what waited was joined.
        const texts = joinedIn(text)
        if (texts.length === 0)
          return line(
            kind,
            text.split('\n').at(-1) ?? '',
            reactions.map(({ emoji }) => emoji),
          )
        return texts.map(words =>
          line(
            kind,
            words,
            notes.filter(isNoteOn(words, id)).flatMap(note => note.text.split(' ')[0] ?? []),
          ),
        )
      })
  }

  /** What the bridge has said there, as phones show it. */
  #inWhatsApp({ contact, family }: Pair): string[] {
    return this.world.wa.transcript
      .filter(
        ({ from, chat, deleted }) => from === 'bridge' && chat === (family?.jid ?? contact.lid) && !deleted,
      )
      .map(({ shown, reactions = {} }) =>
        line(shown?.kind ?? 'nothing', shown?.text ?? '', Object.values(reactions)),
      )
  }
}

/** What waited for long, and stands in one message. */
const joinedIn = (text: string): string[] => {
  const texts = text.split('\n').filter(words => words.startsWith('Life'))
  return texts.length > 1 ? texts : []
}

/** One message as a person sees it. */
export const line = (kind: string, words: string, reactions: readonly string[] = []): string =>
  [kind, words, ...reactions].filter(Boolean).join(' ')

const same = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

const makePair = ({ wa, tg, owner }: World, index: number, isGroup: boolean): Pair => {
  const contact = wa.addContact({
    phone: String(15550001000 + index),
    lid: String(900000000001000 + index),
    name: `Person ${index}`,
    pushName: `Person ${index}`,
  })
  const botRights = { can_delete_messages: true }
  return {
    contact,
    ...(isGroup && { family: wa.addGroup({ subject: `Family ${index}`, participants: [contact] }) }),
    chat: tg.addSupergroup({ title: `Chat ${index}`, members: [owner], botRights }),
    telegram: [],
    whatsapp: [],
  }
}
