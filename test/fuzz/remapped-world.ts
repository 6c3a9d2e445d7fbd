import { type ChatRef, chatRef } from '../../src/bridge/chat-ref.ts'
import type { Log } from '../../src/outbox/index.ts'
import { event } from '../bridge/bridge.ts'
import { MemoryNetwork } from '../bridge/memory-network.ts'
import { openMiddle } from '../bridge/middle.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import {
  type Fault,
  type SimChat,
  type SimTopic,
  startTelegramSimulator,
} from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'

const chats = { mum: 'whatsapp:1@lid', boss: 'whatsapp:2@lid' } as const
export const people = ['mum', 'boss'] as const
type Person = (typeof people)[number]
/** A group, General and a topic of another one, and the owner's chat with the bot. */
export const places = ['group', 'general', 'topic', 'home'] as const
type PlaceName = (typeof places)[number]

/** Numbers choose, counted back from the last one and around, among what there is. */
export type Step =
  | { readonly kind: 'maps'; readonly who: Person; readonly to: PlaceName | null }
  | { readonly kind: 'comes'; readonly from: Person }
  | {
      readonly kind: 'typed'
      readonly where: number
      readonly as: 'text' | 'photo'
      readonly to: number | null
    }
  | {
      readonly kind: 'done'
      readonly what: 'edits' | 'replaces' | 'reacts' | '/delete'
      readonly which: number
    }
  | { readonly kind: 'swaps' | 'restart' | 'delay' | 'pause' | 'settles' }
  | { readonly kind: 'fails'; readonly method: string; readonly fault: Fault }

/** What the owner has typed. */
interface Typed {
  readonly words: string
  readonly where: PlaceName
  readonly id: number
  readonly as: 'text' | 'photo'
  readonly isAnswer: boolean
  /** Whom it is for; undefined: nobody, as far as a reader can tell. */
  readonly whom: Person | undefined
  /** Who was mapped there then, and how often that place had been mapped or not by then. */
  readonly mapped: Person | undefined
  readonly turn: number
  files: number
  isDeleted: boolean
}

/** Plays what is written and done in Telegram while who is mapped where changes. Returns what is wrong in the end. */
export const playRemapped = async (steps: readonly Step[]): Promise<string[]> => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addSupergroup({ title: 'Group', botRights: {}, members: [owner] })
  const general = tg.addSupergroup({ title: 'Forum', forum: true, botRights: {}, members: [owner] })
  const topic = general.addTopic({ name: 'Topic' })
  const spots: Record<PlaceName, SimChat | SimTopic> = { group, general, topic, home }
  const groupOf = (where: PlaceName): SimChat =>
    where === 'topic' ? general : { group, general, home }[where]
  const refOf = (where: PlaceName): ChatRef =>
    chatRef('telegram', `${groupOf(where).id}${where === 'topic' ? `/${topic.message_thread_id}` : ''}`)
  const seenIn = (where: PlaceName) =>
    groupOf(where)
      .transcript()
      .filter(
        ({ threadId }) =>
          where === 'home' || where === 'group' || (threadId !== undefined) === (where === 'topic'),
      )

  const store = opened.use(tempStore())
  for (const who of people) store.chats.learn({ chat: chats[who], name: who, kind: 'person' })
  const wrong: string[] = []
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (_, words = 'An error') => void wrong.push(words),
  }
  const whatsapp = new MemoryNetwork('whatsapp')
  const begin = async () => {
    const middle = openMiddle(store, tg, { whatsapp: () => whatsapp, ownerChat: () => refOf('home'), log })
    await middle.start()
    return middle
  }

  const mapped = new Map<PlaceName, Person>()
  const since = new Map<PlaceName, number>()
  const turns = new Map<PlaceName, number>()
  const placeOf = (who: Person): PlaceName | undefined => places.find(where => mapped.get(where) === who)
  const turn = (where: PlaceName): void => void turns.set(where, (turns.get(where) ?? 0) + 1)
  const unmap = (who: Person): void => {
    const where = placeOf(who)
    if (where === undefined) return
    store.mappings.remove(chats[who])
    store.session('told').set([{ type: 'removed', id: refOf(where), value: `${turns.get(where)}` }])
    mapped.delete(where)
    turn(where)
  }
  /** As `map add` does it, and so late that nobody can take what was before for what comes then. */
  const map = async (who: Person, where: PlaceName | undefined): Promise<void> => {
    if (where === undefined || mapped.has(where)) return
    tg.advanceClock(10_000)
    const { headers } = await fetch(`${tg.apiRoot}/bot${tg.token}/getMe`)
    const at = Date.parse(headers.get('date') ?? '')
    store.mappings.add({ whatsapp: chats[who], telegram: refOf(where), since: at })
    mapped.set(where, who)
    since.set(where, at)
    turn(where)
  }

  let middle = await begin()
  opened.defer(() => middle[Symbol.asyncDispose]())
  let arrive: (() => void) | undefined
  const settle = async (): Promise<void> => {
    arrive?.()
    arrive = undefined
    await tg.until('all to be done', () => {
      // A reaction to what was never for the bridge waits a minute for it.
      middle.release((_, __, most) => most !== undefined)
      const isIdle = middle.outbox.counts().pending === 0 && store.held.list().length === 0
      return tg.pendingUpdates === 0 && isIdle
    })
  }
  await map('mum', 'group')
  await map('boss', 'topic')
  const come = new Map<string, Person>()
  const typed: Typed[] = []

  /** Whom somebody means who answers this: of what never was for anybody, whoever was mapped already when it was written. */
  const whomFor = (
    where: PlaceName,
    { id, text, date, replyTo, from }: ReturnType<typeof seenIn>[number],
  ): Person | undefined => {
    const own = typed.find(each => each.id === id && groupOf(each.where) === groupOf(where))
    if (own && (own.isAnswer || own.mapped)) return own.whom
    const theirs = come.get(text.split('\n').at(-1) ?? '')
    if (theirs) return theirs
    const under = seenIn(where).find(each => each.id === replyTo)
    if (from.isBot && /^(Not |🗑)/.test(text)) return under && whomFor(where, under)
    return date * 1000 >= (since.get(where) ?? Number.POSITIVE_INFINITY) ? mapped.get(where) : undefined
  }

  const perform = async (step: Step, serial: number): Promise<void> => {
    switch (step.kind) {
      case 'maps':
        unmap(step.who)
        return map(step.who, step.to ?? undefined)
      case 'swaps': {
        const [before, after] = [placeOf('mum'), placeOf('boss')]
        people.forEach(unmap)
        await map('mum', after)
        return map('boss', before)
      }
      case 'comes': {
        const words = `w${serial}.`
        middle.inbox.receive([{ event: event(chats[step.from], words, { id: words }) }])
        come.set(words, step.from)
        return
      }
      case 'typed': {
        const all = [...mapped.keys(), ...mapped.keys(), ...places]
        const where = all[step.where % all.length] ?? 'home'
        const seen = seenIn(where)
        const to = step.to === null ? undefined : seen.at(-1 - (step.to % Math.max(seen.length, 1)))
        const words = `o${serial}.`
        const said =
          step.as === 'text' ? { text: words } : { photo: { bytes: jpeg(200, 100) }, caption: words }
        const whom = to ? whomFor(where, to) : mapped.get(where)
        const { message_id: id } = owner.sends(spots[where], { ...said, ...(to && { reply_to: to.id }) })
        const then = { mapped: mapped.get(where), turn: turns.get(where) ?? 0, isAnswer: to !== undefined }
        typed.push({ words, where, id, as: step.as, whom, ...then, files: 1, isDeleted: false })
        return
      }
      case 'done': {
        const own = typed.at(-1 - (step.which % Math.max(typed.length, 1)))
        if (own === undefined || !groupOf(own.where).state.entries.has(own.id)) return
        const { where, id, as, words } = own
        if (step.what === 'reacts') owner.reacts(spots[where], id, '👍')
        if (step.what === '/delete') {
          owner.sends(spots[where], { text: '/delete', reply_to: id })
          own.isDeleted = true
        }
        if (own.isDeleted) return
        if (step.what === 'edits')
          owner.edits(spots[where], id, { [as === 'text' ? 'text' : 'caption']: `${words} (${serial})` })
        if (step.what === 'replaces' && as === 'photo') {
          owner.edits(spots[where], id, { photo: { bytes: jpeg(200, serial + 101) }, caption: words })
          own.files += 1
        }
        return
      }
      case 'fails':
        tg.faults.next(step.method, step.fault)
        return
      case 'delay':
        arrive ??= tg.delayMessages()
        return
      case 'pause':
        return new Promise(resolve => setTimeout(resolve, 10))
      case 'restart':
        await middle[Symbol.asyncDispose]()
        middle = await begin()
        return
      case 'settles':
        return settle()
      default:
        step satisfies never
    }
  }
  for (const [serial, step] of steps.entries()) await perform(step, serial)
  await settle()

  for (const { words, where, id, whom, isAnswer, mapped: then, turn: before, files, isDeleted } of typed) {
    const arrived = whatsapp.shown.filter(({ text }) => text.startsWith(words))
    if (arrived.some(({ chat }) => whom === undefined || chat !== chats[whom]))
      wrong.push(`${words} was for ${whom}, and went to ${arrived.map(({ chat }) => chat)}`)
    if (arrived.length > files) wrong.push(`${words} went ${arrived.length} times`)
    if (arrived.length > 0 || isDeleted || then === undefined) continue
    const isAsThen = turns.get(where) === before
    const told = groupOf(where)
      .transcript()
      .filter(({ from }) => from.isBot)
    const isSaid = told.some(
      ({ replyTo, text }) => replyTo === id || (!isAsThen && text.includes('I say this once')),
    )
    if (!isSaid) wrong.push(`${words} went nowhere without a word`)
    if (!isAnswer && isAsThen) wrong.push(`${words} did not go`)
  }
  for (const { chat, changed } of whatsapp.changes)
    for (const part of changed.parts)
      if (whatsapp.shown.some(each => each.id === part.id && each.chat !== chat))
        wrong.push(`${part.id} was changed in ${chat}`)
  tg.assertNoSurprises()
  return wrong
}
