import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import { ownerId } from '../../test/simulators/world.ts'
import type { FailPoints, Plan } from '../../test/support/fail-points/index.ts'
import type { Chat, Kind } from '../demo/kinds/chat.ts'
import { changesOf, inTelegram, inWhatsApp, type View } from '../demo/kinds/view.ts'
import type { Book, WalkedChapter, WalkedKind } from './kinds/book.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed, runInPeace } from './stage.ts'
import type { Walk } from './walk.ts'

export interface KindsOptions {
  readonly folder: string
  readonly walk: Walk
  readonly book: Book
  /** Whether a flow is one of those to be walked. */
  readonly isAsked: (flow: string) => boolean
  /** Whether the kinds are sent while the bridge is away, not when it is ready. */
  readonly offline: boolean
  /** Kills at most. */
  readonly kills: number
  /** Kills at most of what is sent once. */
  readonly killsEach?: number
}

/** How long one life may take to begin, and to bring about what happens in it; how long a point behind that is waited for. */
const longest = { start: 60_000, act: 45_000, rest: 500 }
/** What is in doubt is waited for, and what ends by itself is looked for every so often. */
const longestPeace = 240_000

/** Scopes of the lives that carry on with what a dead one left behind. */
const repairs = ['behind a death', 'behind two', 'behind three']

/** Everything that the report needs of a walk through one world. */
interface Scene {
  readonly chat: Chat
  readonly points: FailPoints
  readonly walk: Walk
  readonly offline: boolean
  readonly kills: Kill[]
  /** Lives that were to die and did not. */
  readonly missed: { lives: number }
}

/** A copy too many would come late. */
const nothing: Kind = { name: 'Nothing more', sent: '', make: () => sleep(1000), telegram: [], whatsapp: [] }

/**
 * Sends the kinds of each chapter one after the other, as the demo does, and kills the bridge once or twice at each. A kind must
 * leave exactly what it says on both sides before the next one is sent in that chat; what comes unasked is seen at the next one.
 */
export const runKinds = async (options: KindsOptions): Promise<LivesReport> => {
  const { folder, walk, book, isAsked, offline, kills: most, killsEach = 1 + repairs.length } = options
  const { world: opened, points } = await openDoomed(folder, { messages: book.messages })
  await using world = opened
  const all = book.open(world)
  const chapters = all.flatMap(chapter =>
    upToLast(chapter, kind => isAsked(flowOf(chapter.title, { kind, offline }))),
  )
  if (chapters.length === 0) return { kills: [], missed: 0, faults: [] }
  await begin(all, world)
  walk.expect(await runInPeace(world, points))
  const kills: Kill[] = []
  const missed = { lives: 0 }
  const faults: string[] = []
  /** Whose next kinds would stand upon one that is not there. */
  const broken = new Set<WalkedChapter>()
  for (const { chapter, kind } of inTurns(chapters)) {
    const { title, chat } = chapter
    // A copy too many is looked for all the same.
    if (broken.has(chapter) || (kind !== nothing && kills.length >= most)) continue
    const flow = flowOf(title, { kind, offline })
    const mostHere = kind !== nothing && isAsked(flow) ? Math.min(most - kills.length, killsEach) : 0
    const fault = await play(kind, { chat, points, walk, offline, kills, missed, flow, mostHere })
    if (fault === undefined) continue
    faults.push(`${flow}: ${fault}`)
    broken.add(chapter)
  }
  const surprises = world.wa.takeSurprises().filter(surprise => !book.provokes?.test(surprise))
  return { kills, missed: missed.lives, faults: [...faults, ...surprises, ...world.tg.unexpected] }
}

/** A chapter up to the last kind that is asked for, since kinds stand upon those before them; nothing where none is. */
const upToLast = (chapter: WalkedChapter, isAsked: (kind: Kind) => boolean): WalkedChapter[] => {
  const last = chapter.kinds.findLastIndex(isAsked)
  return last < 0 ? [] : [{ ...chapter, kinds: chapter.kinds.slice(0, last + 1) }]
}

/** The first kind of each chapter, then the second ones: Telegram lets a bot say and ask 20 things a minute in a group. */
const inTurns = (chapters: readonly WalkedChapter[]): { chapter: WalkedChapter; kind: WalkedKind }[] => {
  const longestOne = Math.max(...chapters.map(({ kinds }) => kinds.length))
  return Array.from({ length: longestOne + 1 }, (_, index) =>
    chapters.flatMap(chapter => {
      const kind = [...chapter.kinds, nothing][index]
      return kind === undefined ? [] : [{ chapter, kind }]
    }),
  ).flat()
}

const flowOf = (title: string, { kind, offline }: { kind: Kind; offline: boolean }): string =>
  `${title}: ${[kind.name, kind.sent].filter(Boolean).join(', ')}, ${offline ? 'offline' : 'live'}`

const begin = async (chapters: readonly WalkedChapter[], world: Chat['world']): Promise<void> => {
  const outcomes = [await world.link()]
  for (const { name, chat, at = String(chat.place.id), also = [] } of chapters) {
    for (const [whatsapp, telegram] of [[name, at] as const, ...also])
      outcomes.push(await world.wa2tg('map', 'add', whatsapp, telegram))
  }
  const failed = outcomes.find(({ code }) => code !== 0)
  if (failed) throw new Error(failed.stderr)
}

/** Returns what is not as it should be. */
const play = async (
  kind: WalkedKind,
  scene: Scene & { flow: string; mostHere: number },
): Promise<string | undefined> => {
  const { chat, flow, mostHere, walk, kills, missed } = scene
  const before = lookAt(chat)
  const isThere = (): boolean =>
    isAsWanted(kind, before, lookAt(chat)) && (kind.isDone === undefined || kind.isDone(chat))
  let act: (() => unknown) | undefined = () => kind.make(chat)
  try {
    for (const scope of [flow, ...repairs.map(repair => `${flow}, ${repair}`)].slice(0, mostHere)) {
      const isKilled = await live(scene, { plan: walk.guess(scope), act, isThere, ms: longest.act })
      act = undefined
      const step = walk.hear(scope, scene.points, isKilled)
      if (step !== undefined) kills.push({ flow: scope, step })
      else if (scope === flow) missed.lives += 1
      else walk.idle += 1
      if (!isKilled) break
    }
    if (act !== undefined || !isThere()) {
      await live(scene, { plan: undefined, act, isThere, ms: longestPeace })
      // What only a life in peace comes to is where later ones are to die.
      if (mostHere > 0) walk.hear(flow, scene.points, false)
      else walk.writes.learn(flow, scene.points.writes())
    }
    await eventually(isThere, flow, 1)
    return undefined
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return `${problem}; wanted ${wanted(kind)}, new are ${newsOf(before, lookAt(chat))}`
  }
}

interface Life {
  /** Where it is to end; nowhere when there is none. */
  readonly plan: Plan | undefined
  readonly act: (() => unknown) | undefined
  readonly isThere: () => boolean
  readonly ms: number
}

/** Whether it was killed. */
const live = async ({ chat, points, offline }: Scene, { plan, act, isThere, ms }: Life): Promise<boolean> => {
  if (offline) await act?.()
  points.plan({ ...plan, command: 'run' })
  const bridge = chat.world.start('run')
  const ended = bridge.ended.then(() => undefined)
  await Promise.race([
    ended,
    bridge.says(({ stderr }) => stderr.includes('Ready'), longest.start).catch(() => undefined),
  ])
  points.begin()
  if (!offline) await act?.()
  const isSettled = eventually(isThere, 'what is sent', ms).catch(() => undefined)
  await Promise.race([ended, isSettled.then(() => sleep(plan && longest.rest))])
  if (bridge.running) bridge.kill('SIGTERM')
  const { code, signal, stderr } = await bridge.ended
  if (signal === 'SIGKILL') return true
  // Without a code it ended by the signal, before it had begun to listen for it.
  if (code !== 0 && code !== null) throw new Error(`It ended by itself with ${code}\n${stderr}`)
  return false
}

const sides = ['telegram', 'whatsapp'] as const
type Views = Readonly<Record<(typeof sides)[number], View>> & {
  /** How many messages the bridge has put up on either side. */
  readonly own: Readonly<Record<(typeof sides)[number], number>>
}

/** Of what the owner typed only what the bot has put on it. */
const ownInTelegram = ({ place }: Chat): [string, string][] =>
  place
    .transcript()
    .filter(({ from }) => !from.isBot)
    .flatMap(({ id, text, reactions }) => {
      const signs = reactions.filter(({ userId }) => userId !== ownerId).map(({ emoji }) => `‹${emoji}›`)
      return signs.length === 0 ? [] : [[String(id), `You: ${text} ${signs.join(' ')}`]]
    })

const lookAt = (chat: Chat): Views => {
  const ofBot = inTelegram(chat)
  const telegram = new Map([...ofBot, ...ownInTelegram(chat)])
  const ofBridge = chat.lines.filter(({ from }) => from === 'bridge')
  return { telegram, whatsapp: inWhatsApp(chat), own: { telegram: ofBot.size, whatsapp: ofBridge.length } }
}

/** Where a kind says nothing of a side, the bridge has put up nothing there, and no button of a search is left behind. */
const isAsWanted = (kind: WalkedKind, before: Views, after: Views): boolean =>
  ![...after.telegram.values()].some(line => line.includes('[…]')) &&
  sides.every(side => {
    const patterns = kind[side]
    if (patterns === undefined) return after.own[side] === before.own[side]
    const lines = changesOf(before[side], after[side])
    const hits = (pattern: RegExp, index: number): boolean =>
      kind.isUnordered === true
        ? lines.filter(line => pattern.test(line)).length === 1
        : pattern.test(lines[index] ?? '')
    const are = (wanted: readonly RegExp[]): boolean => lines.length === wanted.length && wanted.every(hits)
    return are(patterns) || (side === 'telegram' && kind.inDoubt !== undefined && are(kind.inDoubt))
  })

const wanted = (kind: Kind): string =>
  sides
    .flatMap(side => (kind[side] ? [`on ${side} ${kind[side].join(' and ') || 'nothing'}`] : []))
    .join(', ')

const newsOf = (before: Views, after: Views): string =>
  JSON.stringify(
    Object.fromEntries(
      sides.map(side => [side, changesOf(before[side], after[side]).map(line => line.slice(0, 200))]),
    ),
  )
