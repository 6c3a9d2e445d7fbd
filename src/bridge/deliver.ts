import type { Carrier, Failure, Job, Log, Outcome, Pace } from '../outbox/index.ts'
import { mediaFailureLimit } from '../outbox/index.ts'
import { type ChatRef, type NetworkName, networkOf } from './chat-ref.ts'
import { formsOf } from './degrade.ts'
import { describeFailure, watchMedia } from './deliver-failure.ts'
import { addNotice, type NoticeTools } from './deliver-notice.ts'
import { type BridgeEvent, parseEvent } from './event.ts'
import type { Delivery, Network, ReplyTarget, SentPart } from './network.ts'
import { senderLine } from './sender-line.ts'
import { DeliveryError } from './verdict.ts'

export interface CarrierOptions extends NoticeTools {
  network(name: NetworkName): Network
  /** Where the owner is told of what could not be shown; undefined when nobody is there to be told. */
  ownerChat(): ChatRef | undefined
  /** The same as the worker's: chats that say the same share their message ids. */
  readonly peerOf: (chat: ChatRef) => string
  readonly pace: Pace
  readonly log: Log
  readonly now?: () => number
}

const hour = 3_600_000

/**
 * Story 2: a job becomes sent messages and their links.
 *
 * Each message is linked as soon as the network reports it, so an attempt that is cut off goes on behind its last part.
 * An attempt in doubt is settled first: by the network's `settle`, or, where there is none, by sending again under the
 * same id. What is refused goes again in a plainer form; what fails for good is shown to the owner.
 */
export const makeCarrier = (options: CarrierOptions): Carrier => ({
  deliver: (job, signal) => deliver(job, signal, options),
  plainer: (job, failure) => plainer(job, failure),
  failed: (job, problem) => showFailure(job, problem, options),
  mark: target => options.network(networkOf(target)).mark?.(target),
  isOnline: name => options.network(name).status.state === 'connected',
})

const deliver = async (job: Job, signal: AbortSignal, options: CarrierOptions): Promise<Outcome> => {
  const network = options.network(networkOf(job.target))
  let stage: 'send' | 'settle' = 'send'
  const media = watchMedia()
  try {
    const delivery = prepare(job, signal, { ...options, watch: media.watch })
    if (job.unsure && network.settle) {
      stage = 'settle'
      await settle(network, delivery)
      stage = 'send'
    }
    if (job.mediaFailures >= mediaFailureLimit) {
      return { kind: 'failure', verdict: { kind: 'reject' }, problem: 'The file is damaged', from: 'media' }
    }
    await network.send(delivery)
    return { kind: 'sent' }
  } catch (error) {
    const failure = describeFailure(error, { stage, mediaError: media.error(), aborted: signal.aborted })
    if (failure.from === 'bug') options.log.error({ err: error, job: job.id }, 'A delivery broke')
    return failure
  }
}

/** Nothing is found where the chat lets us in no more: sending will say so. */
const settle = async (network: Network, delivery: Delivery): Promise<void> => {
  try {
    await network.settle?.(delivery)
  } catch (error) {
    if (!(error instanceof DeliveryError && error.verdict.kind === 'reject')) throw error
  }
}

const prepare = (
  job: Job,
  signal: AbortSignal,
  options: CarrierOptions & { watch: ReturnType<typeof watchMedia>['watch'] },
): Delivery => {
  const { store, pace, peerOf, now = Date.now } = options
  const event = loadEvent(job, ref => store.chats.resolve(ref))
  const sent: SentPart[] = store.links.parts(job.source).slice(job.base)
  const before = sent.length
  const line = senderLine(event, job.target, store)
  const replyTo = findReplyTarget(event, job.target, options)
  return {
    event,
    chat: job.target,
    messageId: job.messageId,
    ...(line !== undefined && { senderLine: line }),
    ...(replyTo && { replyTo }),
    sent,
    ...(job.mark !== undefined && { mark: job.mark }),
    onSent(part) {
      if (sent.some(known => known.id === part.id)) return
      // Its address may have become an alias since the job was claimed.
      store.transaction(() => store.links.add(job.source, store.chats.resolve(job.target), part, now()))
      sent.push(part)
      // The first message of an attempt was counted when it was claimed.
      if (sent.length > before + 1) pace.take(job.target, now())
    },
    isKnown: id => store.links.chatsWith(id).some(chat => peerOf(chat) === peerOf(job.target)),
    openMedia: media => options.watch(() => options.network(networkOf(event.chat)).openMedia(media, signal)),
    signal,
  }
}

/** The event in the form in which it is sent this time; its refs may have become aliases since it was stored. */
const loadEvent = (job: Job, resolve: (ref: ChatRef) => ChatRef): BridgeEvent => {
  const event = parseEvent(job.event)
  const forms = formsOf(event.content, networkOf(job.target))
  return {
    ...event,
    chat: resolve(event.chat),
    sender: { ...event.sender, person: resolve(event.sender.person) },
    content: forms[job.level] ?? event.content,
  }
}

const findReplyTarget = (
  { chat, replyTo }: BridgeEvent,
  target: ChatRef,
  { store }: CarrierOptions,
): ReplyTarget | undefined => {
  if (!replyTo) return undefined
  if (chat === target) return { id: replyTo.id, fromMe: false }
  const person = replyTo.person && store.chats.resolve(replyTo.person)
  const stored = store.links.counterpart({ chat, id: replyTo.id }, target, person)
  return (
    stored && {
      id: stored.id,
      fromMe: stored.bridge || stored.me,
      ...(stored.author && { person: stored.author }),
      ...(stored.raw !== undefined && { raw: stored.raw }),
    }
  )
}

/** The next form; a file that cannot be had is not tried as another kind of file, and a closed chat not at all. */
const plainer = (job: Job, failure: Failure): number | undefined => {
  if (failure.unreachable) return undefined
  const event = readEvent(job)
  if (!event) return undefined
  const last = formsOf(event.content, networkOf(job.target)).length - 1
  const next = failure.from === 'media' ? last : job.level + 1
  return next > job.level && next <= last ? next : undefined
}

/** Under the owner's own message where it came from Telegram; else in the owner's chat, once per chat and hour. */
const showFailure = (job: Job, problem: string, options: CarrierOptions): void => {
  const { store, now = Date.now } = options
  const event = readEvent(job)
  if (event?.content.kind === 'notice') return
  if (event && networkOf(event.chat) === 'telegram') {
    const text = `Not delivered to ${store.chats.displayName(job.target)}: ${problem}`
    addNotice(options, { chat: event.chat, text, replyTo: event.id, now: now() })
    return
  }
  const chat = options.ownerChat()
  if (!chat || (event && !store.chats.mayNotify(event.chat, now(), hour))) return
  const name = event ? ` from ${store.chats.displayName(event.chat)}` : ''
  const text = `A message${name} could not be shown in Telegram: ${problem}. It is on your phone; wa2tg status counts such messages`
  addNotice(options, { chat, text, now: now() })
}

const readEvent = (job: Job): BridgeEvent | undefined => {
  try {
    return parseEvent(job.event)
  } catch {
    return undefined
  }
}
