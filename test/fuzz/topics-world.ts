import { plainText } from '../../src/bridge/rich-text.ts'
import type { Log } from '../../src/outbox/index.ts'
import { event } from '../bridge/bridge.ts'
import { MemoryNetwork } from '../bridge/memory-network.ts'
import { openMiddle } from '../bridge/middle.ts'
import {
  type Fault,
  type SimChat,
  type SimTopic,
  startTelegramSimulator,
} from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'

/** The boss in General, Mum and the school in topics of the same group, and Dad in a basic group. */
export const people = ['boss', 'mum', 'school', 'dad'] as const
export type Person = (typeof people)[number]

const chats = {
  boss: 'whatsapp:1@lid',
  mum: 'whatsapp:2@lid',
  school: 'whatsapp:3@g.us',
  dad: 'whatsapp:4@lid',
} as const

export type Step =
  | {
      readonly kind: 'comes'
      readonly from: Person
      readonly as: 'text' | 'file'
      readonly to: number | null
    }
  | { readonly kind: 'typed'; readonly where: Person | 'other'; readonly to: number | null }
  | { readonly kind: 'done'; readonly what: 'reacts' | 'pins' | '/delete'; readonly which: number }
  | { readonly kind: 'topics' | 'moves' | 'restart' | 'settles' }
  | { readonly kind: 'closes'; readonly which: 'mum' | 'school' }
  | { readonly kind: 'forbids'; readonly what: 'messages' | 'documents' }
  | { readonly kind: 'throws out'; readonly from: Person }
  | { readonly kind: 'fails'; readonly method: string; readonly fault: Fault }

interface Typed {
  readonly words: string
  readonly where: Person | 'other'
  readonly place: SimChat | SimTopic
  readonly id: number
  /** What it answers. */
  readonly to: string | undefined
}

/** Plays what becomes of groups and topics while all of them are written in. Returns what is wrong in the end. */
export const playTopics = async (steps: readonly Step[]): Promise<string[]> => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const forum = tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [owner] })
  const [mum, school, other] = ['Mum', 'School', 'Other'].map(name => forum.addTopic({ name }))
  if (!mum || !school || !other) throw new Error('There are no topics')
  let dad = tg.addGroup({ title: 'Dad', members: [owner] })
  const places = (): Record<Person | 'other', SimChat | SimTopic> => ({
    boss: forum,
    mum,
    school,
    other,
    dad,
  })
  const store = opened.use(tempStore())
  for (const person of people) {
    const place = places()[person]
    const telegram =
      'chat' in place ? `telegram:${forum.id}/${place.message_thread_id}` : `telegram:${place.id}`
    store.chats.learn({ chat: chats[person], name: person })
    store.mappings.add({ whatsapp: chats[person], telegram: telegram as `telegram:${string}` })
  }
  const wrong: string[] = []
  const error: Log['error'] = (_, words = 'An error') => void wrong.push(words)
  const whatsapp = new MemoryNetwork('whatsapp')
  const log: Log = { debug() {}, info() {}, warn() {}, error }
  const begin = async () => {
    const middle = openMiddle(store, tg, {
      whatsapp: () => whatsapp,
      ownerChat: () => `telegram:${home.id}`,
      log,
    })
    await middle.start()
    return middle
  }
  // Telegram's count of messages is known there, as behind a first message in each.
  for (const place of [home, dad, forum]) owner.sends(place, '/id')
  let middle = await begin()
  opened.defer(() => middle[Symbol.asyncDispose]())
  const settle = () =>
    tg.until(
      'all to be done',
      () =>
        tg.pendingUpdates === 0 &&
        middle.outbox.counts().pending === 0 &&
        [...store.session('held').list('event')].length === 0,
    )
  await settle()
  const come: { words: string; from: Person }[] = []
  const typed: Typed[] = []
  const isIn = ({ state }: SimChat): boolean => state.botStatus !== 'kicked'

  const perform = async (step: Step, serial: number): Promise<void> => {
    switch (step.kind) {
      case 'comes': {
        const { from, as, to } = step
        const words = `w${serial}.`
        const media = { source: JSON.stringify({ serial }), mimeType: 'application/pdf', fileName: 'a.pdf' }
        const content =
          as === 'text'
            ? words
            : ({ kind: 'media', as: 'document', media, caption: plainText(words) } as const)
        const before = come.filter(each => each.from === from)
        const answered = to === null ? undefined : before[to % before.length]?.words
        middle.inbox.receive([
          {
            event: event(chats[from], content, {
              id: words,
              sender: { person: from === 'school' ? 'whatsapp:77@lid' : chats[from], me: false },
              ...(answered !== undefined && { replyTo: { id: answered } }),
            }),
          },
        ])
        come.push({ words, from })
        return
      }
      case 'typed': {
        const group = step.where === 'dad' ? dad : forum
        if (!isIn(group)) return
        const isOff = group === forum && !forum.state.forum
        const place = isOff ? forum : places()[step.where]
        const thread = 'chat' in place ? place.message_thread_id : undefined
        const seen = group.transcript().filter(({ threadId }) => isOff || threadId === thread)
        const to = step.to === null ? undefined : seen[step.to % seen.length]
        const words = `o${serial}.`
        const { message_id: id } = owner.sends(place, { text: words, ...(to && { reply_to: to.id }) })
        typed.push({ words, where: isOff ? 'boss' : step.where, place, id, to: to?.text })
        return
      }
      case 'done': {
        const { place, id } = typed[step.which % typed.length] ?? {}
        const group = place && ('chat' in place ? place.chat : place)
        if (!place || !id || !group?.state.entries.has(id) || !isIn(group) || group.state.migratedTo) return
        if (step.what === 'reacts') owner.reacts(place, id, '👍')
        else if (step.what === 'pins') owner.pins(place, id)
        else owner.sends(place, { text: '/delete', reply_to: id })
        return
      }
      case 'topics':
        forum.state.forum = !forum.state.forum
        return
      case 'closes': {
        const topic = forum.state.topics.get((step.which === 'mum' ? mum : school).message_thread_id)
        if (topic) topic.closed = !topic.closed
        return
      }
      case 'forbids':
        for (const { state } of [forum, dad])
          if (!state.forbidden.delete(step.what)) state.forbidden.add(step.what)
        return
      case 'throws out': {
        const group = step.from === 'dad' ? dad : forum
        if (isIn(group)) tg.kick(group)
        else tg.readmit(group)
        return
      }
      case 'moves':
        if (dad.state.type === 'group') dad = tg.migrate(dad)
        return
      case 'fails':
        tg.faults.next(step.method, step.fault)
        return
      case 'restart':
        await middle[Symbol.asyncDispose]()
        middle = await begin()
        return
      case 'settles':
        await settle()
        return
      default:
        step satisfies never
    }
  }
  for (const [serial, step] of steps.entries()) await perform(step, serial)
  await settle()

  for (const person of people) {
    const arrived = whatsapp.shown.filter(({ chat }) => chat === chats[person]).map(({ text }) => text)
    const wanted = typed.filter(({ words }) => arrived.includes(words))
    // Once each, in order, and nobody gets what was for somebody else.
    if (arrived.join() !== wanted.map(({ words }) => words).join())
      wrong.push(`${person} got ${arrived.join()}`)
    for (const { words, where, to } of wanted) {
      const answered = come.find(each => to?.startsWith(each.words) || to?.endsWith(`\n${each.words}`))
      if (where !== person || (answered && answered.from !== person)) wrong.push(`${person} got ${words}`)
    }
  }
  const stands = [forum, dad].flatMap(chat => chat.transcript().filter(({ from }) => from.isBot))
  const topicOf = {
    boss: undefined,
    mum: mum.message_thread_id,
    school: school.message_thread_id,
    dad: undefined,
  }
  for (const { words, from } of come) {
    const shown = stands.filter(({ text }) => text === words || text.endsWith(`\n${words}`))
    if (shown.length > 1) wrong.push(`${words} stands there ${shown.length} times`)
    for (const { threadId } of shown)
      if (from !== 'dad' && threadId !== topicOf[from]) wrong.push(`${words} stands in ${threadId}`)
  }
  tg.assertNoSurprises()
  return wrong
}
