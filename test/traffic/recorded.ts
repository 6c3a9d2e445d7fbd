import type { Kind, Row, Trace } from './trace.ts'

/** A message as Slack exports it: what of it is of use here. `ts` and the like are seconds since 1970, as text. */
export interface SlackMessage {
  readonly ts: string
  readonly subtype?: string
  readonly user?: string
  readonly bot_id?: string
  readonly text?: string
  readonly attachments?: readonly { readonly text?: string; readonly fallback?: string }[]
  readonly file?: { readonly mimetype?: string; readonly size?: number }
  readonly edited?: { readonly ts: string }
  readonly thread_ts?: string
}

export interface Span {
  /** Since 1970. */
  readonly fromMs: number
  readonly minutes: number
  /** Each channel as a group of its own, or all as topics of one. */
  readonly as: 'groups' | 'topics'
}

interface Draft {
  readonly at: number
  readonly channel: string
  readonly kind: Kind
  readonly size: number
  readonly person: string
  readonly about?: Draft
}

/** What people and bots say; joining, leaving, pinning and the like are not taken. */
const said: ReadonlySet<string | undefined> = new Set([
  undefined,
  'me_message',
  'bot_message',
  'reply_broadcast',
  'file_comment',
])

/**
 * The traffic of some minutes as it was: when something came, in which channel, what kind of thing and how long, and nothing
 * else. A file is told by its type and size, an answer by its thread. When people reacted, a Slack export does not know, nor what
 * was deleted.
 */
export const record = (
  channels: ReadonlyMap<string, readonly SlackMessage[]>,
  { fromMs, minutes, as }: Span,
): Trace => {
  const isIn = (at: number) => at >= fromMs && at < fromMs + minutes * 60_000
  const drafts = [...channels].flatMap(([channel, messages]) => draftsOf(channel, messages))
  const kept = drafts.filter(({ at, about }) => isIn(at) && (about === undefined || isIn(about.at)))
  const ordered = kept.toSorted((one, other) => one.at - other.at)
  const first = ordered[0]?.at ?? 0
  const named = [...new Set(ordered.map(({ channel }) => channel))]
  const position = new Map(ordered.map((draft, index) => [draft, index]))
  return {
    about: `${minutes} minutes of public channels`,
    chats: named.map((channel, index) => ({
      name: `Channel ${index + 1}`,
      people: new Set(ordered.filter(draft => draft.channel === channel).map(({ person }) => person)).size,
      telegram: as === 'groups' ? `group ${index + 1}` : `topic 1/${index + 1}`,
    })),
    rows: ordered.map(({ at, channel, kind, size, about }): Row => {
      const head = [at - first, named.indexOf(channel), kind, size] as const
      const subject = about && position.get(about)
      return subject === undefined ? head : [...head, subject]
    }),
  }
}

/** Every message of a channel, and the last edit of each. */
const draftsOf = (channel: string, messages: readonly SlackMessage[]): Draft[] => {
  const drafts: Draft[] = []
  const roots = new Map<string, Draft>()
  for (const message of messages) {
    const found = kindOf(message)
    if (found === undefined) continue
    const { ts, thread_ts: thread, edited, user, bot_id: bot } = message
    const root = thread !== undefined && thread !== ts ? roots.get(thread) : undefined
    const isReply = found.kind === 'text' && root !== undefined
    const draft: Draft = {
      ...found,
      ...(isReply && { kind: 'reply', about: root }),
      at: timeOf(ts),
      channel,
      person: user ?? bot ?? '',
    }
    drafts.push(draft)
    roots.set(ts, draft)
    if (edited && found.kind === 'text')
      drafts.push({ ...draft, kind: 'edit', at: timeOf(edited.ts), about: draft })
  }
  return drafts
}

const timeOf = (ts: string): number => Math.round(Number(ts) * 1000)

const kindOf = (message: SlackMessage): { kind: Kind; size: number } | undefined => {
  const { subtype, text = '', attachments = [], file } = message
  if (subtype === 'file_share') {
    const { mimetype = '', size = 0 } = file ?? {}
    const [type = ''] = mimetype.split('/')
    return { kind: fileKinds[type] ?? 'document', size: Math.max(1, Math.ceil(size / 1000)) }
  }
  if (!said.has(subtype)) return undefined
  const words = [text, ...attachments.map(each => each.text ?? each.fallback ?? '')]
  return { kind: 'text', size: Math.max(1, words.join('').length) }
}

const fileKinds: Readonly<Record<string, Kind>> = { image: 'photo', video: 'video', audio: 'voice' }
