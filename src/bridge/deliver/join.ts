import type { Joined, Waiting } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { ContentOf, JoinedItem } from '../content.ts'
import { type BridgeEvent, isMessage, type MessageEvent, readEvent } from '../event.ts'
import { italicText, type RichText } from '../rich-text.ts'
import { senderLine } from '../sender-line.ts'

/** Words of somebody, or about what they did. */
type TextEvent = MessageEvent & { content: ContentOf<'text' | 'placeholder'> }

/** UTF-16 units of one text that is still short. */
const mostEach = 500
/** UTF-16 units of all of them; Telegram takes 4096, and edits may make them longer. */
const mostTogether = 3000
/** Marks over all of them: Telegram keeps about a hundred (TDLib `MessageEntity.cpp`). */
const mostSpans = 60

interface JoinTools {
  readonly store: Store
  readonly now: number
}

/** A text that may go together with others. */
export interface Joinable {
  readonly event: TextEvent
  /** What it is among others. */
  readonly item: JoinedItem
}

/**
 * Joins the leading short texts of a lane into one message, each with its sender and time, and notices of its group: hundreds may
 * join that in an hour. The names stay as they are now: an attempt in doubt is recognised by them.
 */
export const joinTexts = (jobs: readonly Waiting[], tools: JoinTools): Joined | undefined => {
  const texts = leadingTexts(jobs, tools)
  let [length, spans] = [0, 0]
  const end = texts.findIndex(({ item }) => {
    length += lengthOf(item)
    spans += item.body.spans.length + 1
    return length > mostTogether || spans > mostSpans
  })
  const fitting = end === -1 ? texts : texts.slice(0, end)
  const event = joinedEvent(fitting)
  return event && { count: fitting.length, event: JSON.stringify(event) }
}

/**
 * The texts that these jobs begin with, as far as they may go together, however much that would be. One that stands alone (a
 * file, a long text, an answer to what cannot be said in words) ends the run, and so does one that the disk has spoilt: that
 * one fails by itself.
 */
export const leadingTexts = (jobs: readonly Waiting[], tools: JoinTools): Joinable[] => {
  const texts: Joinable[] = []
  for (const { event: json, target } of jobs) {
    const event = readEvent(json)
    if (event === undefined || !isJoinable(event, target)) break
    texts.push({ event, item: itemOf(event, { ...tools, target }) })
  }
  return texts
}

/** Several texts as one message, which holds `items` where that is more than they are. */
export const joinedEvent = (
  texts: readonly Joinable[],
  items: readonly JoinedItem[] = texts.map(({ item }) => item),
): MessageEvent | undefined => {
  const [first] = texts
  if (first === undefined) return undefined
  const { replyTo: _, forwarded: __, forwardedFrom: ___, silent: ____, ...head } = first.event
  return {
    ...head,
    content: { kind: 'joined', items: [...items] },
    ...(texts.every(({ event: { silent } }) => silent === true) && { silent: true }),
  }
}

const isJoinable = (event: BridgeEvent, target: ChatRef): event is TextEvent => {
  if (!isMessage(event) || !isText(event)) return false
  const isAcross = networkOf(event.chat) !== networkOf(target) && networkOf(target) === 'telegram'
  const isWhole = event.pending !== true && event.album === undefined
  return (
    isAcross && isWhole && bodyOf(event.content).text.length <= mostEach && excerptOf(event) !== undefined
  )
}

/** What makes a sound stands for what somebody said, and by itself. */
const isText = (event: MessageEvent): event is TextEvent =>
  event.content.kind === 'text' || (event.content.kind === 'placeholder' && event.silent === true)

const bodyOf = (content: TextEvent['content']): RichText =>
  content.kind === 'text' ? content.body : italicText(content.label)

/** What is answered, in words: empty where nothing is, undefined where there are none. */
const excerptOf = ({ replyTo }: MessageEvent): string | undefined =>
  replyTo === undefined ? '' : replyTo.excerpt

const itemOf = (event: TextEvent, { target, store, now }: JoinTools & { target: ChatRef }): JoinedItem => {
  const excerpt = excerptOf(event) ?? ''
  return {
    id: event.id,
    person: event.sender.person,
    line: [senderLine(event, target, store), timeOf(event.sentAt, now)]
      .filter(part => part !== undefined)
      .join(' · '),
    body: bodyOf(event.content),
    ...(excerpt !== '' && { excerpt }),
    ...(event.forwarded && { forwarded: event.forwarded }),
    ...(event.forwardedFrom !== undefined && { forwardedFrom: event.forwardedFrom }),
  }
}

const lengthOf = ({ line, body, excerpt, forwarded, forwardedFrom }: JoinedItem): number =>
  line.length +
  body.text.length +
  Math.min(excerpt?.length ?? 0, 200) +
  (forwarded || forwardedFrom !== undefined ? 100 : 0) +
  20

/** `14:03`, or `25 Nov 14:03` when that was another day; in the time zone of this machine. */
const timeOf = (at: number, now: number): string => {
  const day = (time: number) => new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  const time = new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return day(at) === day(now) ? time : `${day(at)} ${time}`
}
