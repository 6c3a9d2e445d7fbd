import { seededRandom } from '../support/disk/seeded-random.ts'
import { isChange, type Kind, type Row, type Trace, type TracedChat } from './trace.ts'

/** How often each kind comes in a chat, as weights. */
export type Habits = Partial<Record<Kind, number>>

/** What goes on in one chat. Times are in seconds. */
export interface Talk extends TracedChat {
  readonly habits: Habits
  /** Conversations: when each begins, and how many events it has. */
  readonly sessions: readonly { readonly from: number; readonly count: number }[]
  /** The mean time between two events of a conversation. */
  readonly gap: number
}

interface Draft {
  readonly at: number
  readonly chat: number
  readonly kind: Kind
  readonly size: number
  readonly about?: Draft
}

/**
 * Traffic as chats make it, the same for the same seed: conversations with random (exponential) gaps, in which people mostly
 * write short texts, and answer or change one of the last messages. Made up, not measured: nobody's chats were read for it.
 */
export const model = (about: string, seed: number, talks: readonly Talk[]): Trace => {
  const random = seededRandom(seed)
  const drafts = talks.flatMap((talk, chat) =>
    talk.sessions.flatMap(session => conversation(talk, { ...session, chat, random })),
  )
  const ordered = drafts.map((draft, order) => ({ draft, order }))
  ordered.sort((a, b) => a.draft.at - b.draft.at || a.order - b.order)
  const first = ordered[0]?.draft.at ?? 0
  const position = new Map(ordered.map(({ draft }, index) => [draft, index]))
  return {
    about,
    seed,
    chats: talks.map(({ name, people, telegram }) => ({ name, people, telegram })),
    rows: ordered.map(({ draft: { at, chat, kind, size, about: subject } }): Row => {
      const head = [at - first, chat, kind, size] as const
      return subject === undefined ? head : [...head, position.get(subject) ?? 0]
    }),
  }
}

const conversation = (
  { habits, gap }: Talk,
  { from, count, chat, random }: { from: number; count: number; chat: number; random: () => number },
): Draft[] => {
  const drafts: Draft[] = []
  let at = from * 1000
  for (let index = 0; index < count; index += 1) {
    const kind = pick(habits, random)
    const about = subjectOf(kind, drafts, random)
    const drawn = needsSubject(kind) && about === undefined ? 'text' : kind
    const size = sizeOf(drawn, random)
    drafts.push({ at: Math.round(at), chat, kind: drawn, size, ...(about !== undefined && { about }) })
    if (drawn === 'live') drafts.push(...moves(drafts.at(-1), random))
    at += -Math.log(1 - random()) * gap * 1000
  }
  return drafts
}

const pick = (habits: Habits, random: () => number): Kind => {
  const entries = Object.entries(habits) as [Kind, number][]
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [kind, weight] of entries) {
    left -= weight
    if (left < 0) return kind
  }
  return 'text'
}

const needsSubject = (kind: Kind): boolean => kind === 'reply' || isChange(kind)

/** One of the last messages, of a kind that can be answered or changed so. */
const subjectOf = (kind: Kind, drafts: readonly Draft[], random: () => number): Draft | undefined => {
  if (!needsSubject(kind)) return undefined
  const taken = new Set(drafts.filter(each => each.kind === 'deletion').map(({ about }) => about))
  const fits = drafts.filter(
    draft =>
      !isChange(draft.kind) &&
      !taken.has(draft) &&
      (kind === 'vote' ? draft.kind === 'poll' : kind !== 'edit' || draft.kind === 'text'),
  )
  return fits.slice(-8)[Math.floor(random() * Math.min(8, fits.length))]
}

/** Of ten texts six are a few words, three a sentence or two, and of a hundred two are long. Files are as phones make them. */
const sizeOf = (kind: Kind, random: () => number): number => {
  const among = (...sizes: readonly number[]) => sizes[Math.floor(random() * sizes.length)] ?? 0
  switch (kind) {
    case 'text':
    case 'reply':
    case 'edit': {
      const place = random()
      return place < 0.6
        ? among(6, 14, 25, 40)
        : place < 0.9
          ? among(80, 140, 220)
          : place < 0.98
            ? 450
            : 6000
    }
    case 'photo':
      return among(90, 180, 320)
    case 'video':
      return among(1500, 4000, 9000)
    case 'voice':
      return among(15, 40, 120)
    case 'document':
      return among(60, 400, 2000)
    case 'sticker':
      return 30
    case 'album':
      return among(2, 3, 4, 4, 5, 6, 8, 10)
    default:
      return 0
  }
}

/** A live position moves every half minute or so, for ten minutes at most. */
const moves = (live: Draft | undefined, random: () => number): Draft[] => {
  if (live === undefined) return []
  const found: Draft[] = []
  const end = live.at + (3 + random() * 7) * 60_000
  for (let at = live.at; ; ) {
    at += Math.round((20 + random() * 20) * 1000)
    if (at > end) return found
    found.push({ at, chat: live.chat, kind: 'move', size: 0, about: live })
  }
}
