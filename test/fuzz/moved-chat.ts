import { Readable } from 'node:stream'
import { type ChatRef, chatRef } from '../../src/bridge/chat-ref.ts'
import type { BridgeEvent, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { waitUntil } from '../bridge/bridge.ts'
import { changesTo, chat, narrow, says, text } from '../bridge/conversation.ts'
import { carried, openGroup } from '../bridge/family.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'

/** What happens in the chat, or to it. Numbers choose, counted back and around, among what there is. */
export type What =
  | { readonly kind: 'says'; readonly as: As; readonly lost: boolean }
  | { readonly kind: 'crowd'; readonly count: number }
  | { readonly kind: 'album'; readonly lost: readonly boolean[]; readonly moves?: number | undefined }
  | { readonly kind: 'waits'; readonly as: As }
  | { readonly kind: 'comes' | 'comes late' | 'edit' | 'deletion' | 'moves'; readonly which: number }
/** When that is: at once, when all before has been carried out, or while something is under way, and there already or not. */
export type When = 'at once' | 'carried' | 'before its attempt' | 'behind its attempt'
export interface Deed {
  readonly what: readonly What[]
  readonly when: When
}
type As = 'text' | 'photo'

/** A message as it has to stand in the end. */
interface Said {
  readonly id: string
  readonly as: As
  readonly album?: string
  /** The place that was the chat's when it came. */
  place: number
  version: number
  state: 'waits' | 'there' | 'deleted'
  /** An edit came before it. */
  held: boolean
  lost: boolean
  /** It stands there, or the words about its file do: only then that may come late. */
  shown: boolean
}

/** A chat that is moved to and fro between a group and two topics of another one while people speak in it. */
export const openMovedChat = async (isNarrow: boolean) => {
  await using opened = new AsyncDisposableStack()
  const family = opened.use(await openGroup())
  const { tg, group, store } = family
  const forum = tg.addSupergroup({ title: 'Forum', forum: true, botRights: {} })
  const topics = ['One', 'Two'].map(name => forum.addTopic({ name }).message_thread_id)
  const places: readonly ChatRef[] = [
    `telegram:${group.id}`,
    ...topics.map(topic => chatRef('telegram', `${forum.id}/${topic}`)),
  ]
  const all: Said[] = []
  let place = 0
  let next: { do(): void; readonly when: When } | undefined
  const now = (when: When): void => {
    if (next?.when !== when) return
    const { do: deed } = next
    next = undefined
    deed()
  }
  const middle = opened.use(
    family.open({
      ...(isNarrow && { budgets: narrow }),
      watch: carrier => ({
        ...carrier,
        async deliver(...attempt) {
          now('before its attempt')
          const outcome = await carrier.deliver(...attempt)
          now('behind its attempt')
          return outcome
        },
      }),
    }),
  )
  middle.whatsapp.files = ({ source }) => {
    if (all.some(({ id, lost }) => id === source && lost)) throw reject('gone')
    return Readable.from([jpeg(100, 100)])
  }
  const add = (more: Pick<Said, 'as'> & Partial<Said>): Said => {
    const said: Said = {
      id: `M${all.length}`,
      place,
      version: 0,
      state: 'there',
      held: false,
      lost: false,
      shown: false,
      ...more,
    }
    all.push(said)
    return said
  }
  const move = (to: number): void => {
    place = to % places.length
    store.mappings.remove(chat)
    store.mappings.add({ whatsapp: chat, telegram: places[place] ?? chatRef('telegram', 'nowhere') })
  }
  const edit = (said: Said): BridgeEvent => {
    said.version += 1
    const content = text(words(said))
    return changesTo(said.id, { kind: 'edit', content }, { minute: said.version })
  }
  const one = (which: number, isMeant: (said: Said) => boolean): Said | undefined => {
    const meant = all.filter(isMeant)
    return meant.at(-1 - (which % meant.length))
  }
  /** What comes of it, told one by one: the chat may be moved in between. */
  const eventsOf = function* (what: What): Generator<BridgeEvent> {
    switch (what.kind) {
      case 'says':
        yield messageOf(add({ as: what.as, lost: what.as === 'photo' && what.lost }))
        break
      case 'crowd':
        for (let left = what.count; left > 0; left -= 1) yield messageOf(add({ as: 'text' }))
        break
      case 'album': {
        const album = `A${all.length}`
        for (const [index, lost] of what.lost.entries()) {
          if (index === 1 && what.moves !== undefined) move(what.moves)
          yield messageOf(add({ as: 'photo', lost, album }))
        }
        break
      }
      case 'waits': {
        const { id } = add({ as: what.as, state: 'waits' })
        const content = { kind: 'placeholder', label: `Waiting ${id}!` } as const
        yield { ...says(id, ''), content, pending: true, silent: true }
        break
      }
      case 'comes': {
        const said = one(what.which, ({ state }) => state === 'waits')
        if (said === undefined) break
        Object.assign(said, { state: 'there', place, shown: false })
        yield messageOf(said)
        if (said.held) yield edit(said)
        break
      }
      case 'comes late': {
        const said = one(what.which, ({ lost, shown, state }) => lost && shown && state === 'there')
        if (said === undefined) break
        Object.assign(said, { lost: false, place })
        yield { ...messageOf({ ...said, version: 0 }), late: true, silent: true }
        break
      }
      case 'edit': {
        const said = one(what.which, ({ state }) => state !== 'deleted')
        if (said?.state === 'waits') said.held = true
        if (said?.state === 'there') yield edit(said)
        break
      }
      case 'deletion': {
        const said = one(what.which, ({ state }) => state !== 'deleted')
        if (said === undefined) break
        said.state = 'deleted'
        yield changesTo(said.id, { kind: 'deletion', by: 'author' })
        break
      }
      case 'moves':
        move(what.which)
        break
      default:
        what satisfies never
    }
  }
  const perform = (all: readonly What[]): void => {
    for (const what of all)
      store.transaction(() => {
        for (const event of eventsOf(what)) middle.inbox.receive([{ event }])
      })
  }
  await middle.start()
  const rest = opened.move()
  return {
    async perform({ what, when }: Deed): Promise<void> {
      if (when === 'at once') return perform(what)
      if (when === 'carried') {
        await carried(middle)
        for (const said of all) said.shown = true
        return perform(what)
      }
      next = { when, do: () => perform(what) }
      await waitUntil(() => next === undefined || middle.outbox.counts().pending === 0)
      if (next !== undefined) now(when)
    },
    /** What has to stand in each place in the end, in the order of what was said, and what does. */
    async ends(): Promise<{
      readonly wanted: string[][]
      readonly found: string[][]
      readonly failed: number
    }> {
      await carried(middle)
      const shown = [
        group.transcript(),
        ...topics.map(topic => forum.transcript().filter(each => each.threadId === topic)),
      ]
      const wanted = places.map((_, index) =>
        all
          .flatMap(said => (said.place === index && said.state !== 'deleted' ? [standingOf(said)] : []))
          .sort(),
      )
      const found = shown.map(each =>
        each
          .flatMap(({ text: seen, kind }) =>
            (seen.match(/(?:Words|Waiting) M[^!]*!/g) ?? []).map(one => `${one} ${kind}`),
          )
          .sort(),
      )
      return { wanted, found, failed: middle.outbox.counts().failed }
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const words = ({ id, version }: Said): string => `Words ${id}, version ${version}!`

const messageOf = (said: Said): MessageEvent =>
  says(said.id, '', {
    content:
      said.as === 'text'
        ? text(words(said))
        : { kind: 'media', as: 'image', media: { source: said.id }, caption: plainText(words(said)) },
    ...(said.album !== undefined && { album: { id: said.album } }),
  })

const standingOf = (said: Said): string => {
  if (said.state === 'waits') return `Waiting ${said.id}! text`
  return `${words(said)} ${said.lost ? 'text' : said.as}`
}
