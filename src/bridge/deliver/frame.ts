import * as z from 'zod/mini'
import type { Job } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import { networkOf } from '../chat-ref.ts'
import { formsOf } from '../degrade.ts'
import { type BridgeEvent, type Content, isMessage, type MessageEvent } from '../event.ts'
import type { StandIn } from '../network.ts'
import { senderLine } from '../sender-line.ts'
import { parseStored, readStored } from '../stored-json.ts'
import { findReplyTarget } from './answered.ts'
import type { AttemptContext } from './attempt.ts'

/**
 * What of a delivery does not stand in its event, and changes how it reads: names are learnt, chats are mapped and
 * answered messages deleted while nobody knows whether an attempt arrived, and the next run may have another config or
 * be another version. It would not be recognised any more, or go on in the middle of a word; so it stays as it was when
 * the attempt began, in the job's row.
 */
const frameSchema = z.object({
  /** The line that names the sender. */
  line: z.optional(z.string()),
  /** What it answers could be pointed at, so that its words did not have to be repeated. */
  linked: z.boolean(),
  /** As the network rendered it (`Network.render`), in the form of this level; of a change what it was just sending. */
  rendered: z.optional(z.object({ level: z.number(), text: z.string() })),
})

export type Frame = z.infer<typeof frameSchema>

/** Of the event as it is now. */
export const takeFrame = (job: Job, event: BridgeEvent, context: FrameContext): Frame => {
  const { level, target } = job
  const isJoined = isMessage(event) && event.content.kind === 'joined'
  const line = isJoined ? undefined : senderLine(event, target, context.store)
  const named = line === undefined ? {} : { senderLine: line }
  const replyTo = isMessage(event) ? findReplyTarget(event, target, context) : undefined
  const frame = { ...(line !== undefined && { line }), linked: replyTo !== undefined }
  if (!isMessage(event)) return frame
  const framed = inFrame({ ...event, content: formOf(job, event) }, frame, replyTo)
  const text = context.network(networkOf(target)).render?.({ ...framed, ...named })
  return text === undefined ? frame : { ...frame, rendered: { level, text } }
}

type FrameContext = Pick<AttemptContext, 'store' | 'network'>

/** The form whose turn it is. */
export const formOf = ({ level, target }: Job, { content }: MessageEvent): Content =>
  formsOf(content, networkOf(target))[level] ?? content

/** What was kept with the job; undefined where nothing was: a release before this one began the attempt. */
export const keptFrame = ({ frame }: Pick<Job, 'frame'>): Frame | undefined =>
  frame === undefined ? undefined : frameSchema.parse(parseStored(frame))

/** The same of another job, which is nothing to fail at: undefined when it is damaged, too. */
export const readFrame = ({ frame }: Pick<Job, 'frame'>): Frame | undefined =>
  frame === undefined ? undefined : frameSchema.safeParse(readStored(frame)).data

/** Whether the next attempt has to go on with what was kept: the last one is in doubt, or has sent a part. */
export const mustKeep = ({ frame, unsure, source }: Job, { links }: Store): boolean =>
  frame !== undefined && (unsure || links.isLinked(source))

/** How it was rendered when the attempt began, or when an earlier one did that must not read otherwise. */
export const renderedFor = ({ level }: Job, { rendered }: Frame): string | undefined =>
  rendered?.level === level ? rendered.text : undefined

/** An answer as it was begun: without the words that it points at, or without pointing at what is known since. */
export const inFrame = (
  event: MessageEvent,
  { linked }: Frame,
  replyTo: StandIn | undefined,
): { readonly event: MessageEvent; readonly replyTo?: StandIn } => {
  if (!linked || event.replyTo === undefined) return { event }
  const { excerpt: _, ...reply } = event.replyTo
  return { event: { ...event, replyTo: reply }, ...(replyTo && { replyTo }) }
}
