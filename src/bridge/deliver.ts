import type { AskTurn, Carrier, Job, Outcome } from '../outbox/index.ts'
import { mediaFailureLimit, ownFailureLimit } from '../outbox/index.ts'
import { networkOf } from './chat-ref.ts'
import type { AttemptContext, CarrierOptions } from './deliver/attempt.ts'
import { begunAnew, frameOf } from './deliver/begun-anew.ts'
import { prepareChange } from './deliver/change.ts'
import { addEcho, isOutward } from './deliver/echo.ts'
import { describeFailure, watchMedia } from './deliver/failure.ts'
import { limitFilesBySize } from './deliver/files.ts'
import { giveWay } from './deliver/give-way.ts'
import { joinTexts } from './deliver/join.ts'
import { loadEvent } from './deliver/load-event.ts'
import { prepareMessage } from './deliver/message.ts'
import { addNotice } from './deliver/notice.ts'
import { findPlainer, isPlainerAlone } from './deliver/plainer.ts'
import { showDelay, showFailure } from './deliver/show-failure.ts'
import { mayStandUnlinked } from './deliver/unlinked.ts'
import { isMessage, parseEvent } from './event.ts'
import { type Network, type Settled, takesMessages } from './network.ts'
import { reject } from './verdict.ts'

export type { CarrierOptions } from './deliver/attempt.ts'

/**
 * Story 2: a job becomes sent messages and their links, or a change of them.
 *
 * Each message is linked as soon as the network reports it, so an attempt that is cut off goes on behind its last part.
 * An attempt in doubt is settled first: by the network's `settle`, or, where there is none, by sending again under the
 * same id. What is refused goes again in a plainer form; what fails for good is shown to the owner.
 */
export const makeCarrier = (options: CarrierOptions): Carrier => {
  const placeFor = limitFilesBySize(filesAtOnce)
  return {
    async deliver(job, signal, turn, rest) {
      const files = placeFor(job.event)
      try {
        return await deliver(job, { ...options, signal, ask: turn, rest, files })
      } finally {
        files.leave()
      }
    },
    plainer: (job, failure) => findPlainer(job, failure, options.store),
    join: jobs => joinTexts(jobs, { store: options.store, now: (options.now ?? Date.now)() }),
    failed(job, problem) {
      options.network(networkOf(job.target)).forget?.(job.messageId)
      showFailure(job, problem, options)
    },
    delayed: (job, problem) => showDelay(job, problem, options),
    mark: target => options.network(networkOf(target)).mark?.(target),
    frame: job => frameOf(job, options),
    isOnline: name => takesMessages(options.network(name).status),
  }
}

/** Attempts that may have large files open at a time, and as many with small ones. */
const filesAtOnce = 4

interface AttemptOptions extends Omit<AttemptContext, 'watch' | 'turn' | 'beforeSending' | 'progressed'> {
  readonly ask: AskTurn
}

const deliver = async (job: Job, options: AttemptOptions): Promise<Outcome> => {
  const { signal, ask, files } = options
  const network = options.network(networkOf(job.target))
  // Where the network cannot tell, or it may be repeated, it stays so until all of it is done.
  let unsettled = job.unsure
  let isSettling = job.unsure && network.settle !== undefined
  let inDoubt = job.unsure
  let hasAsked = false
  const stage = () => (isSettling ? 'settle' : 'send')
  const media = watchMedia({ isLast: job.mediaFailures >= mediaFailureLimit - 1 })
  const turn: AttemptContext['turn'] = (messages, what) => {
    // Before its first call, nothing of an attempt can be there.
    inDoubt = true
    hasAsked = true
    if (messages !== 0) media.forget()
    return ask(messages, what && files)
  }
  let progress = false
  let passed = false
  const progressed: AttemptContext['progressed'] = ({ isNew }) => {
    progress = true
    // What is found went at another time.
    passed ||= isNew && stage() === 'send'
  }
  let isUntried = false
  // The next part of a message has not failed yet.
  const isBeyond = () => !progress && hasFailedEnough(job, options)
  const beforeSending = (): void => {
    if (!isBeyond()) return
    if (!isUntried) throw reject(failsAgain)
    // Nor has what a change sends behind what it has failed at so far.
    progress = true
  }
  let attempt: Prepared | undefined
  try {
    const context = { ...options, turn, watch: media.watch, progressed, beforeSending }
    attempt = prepare(job, network, context)
    if (isSettling) {
      const isThere = await attempt.settle()
      const anew = isThere === true ? undefined : begunAnew(job, isThere, options)
      isSettling = false
      unsettled = isThere === 'repeats'
      // One that a backup brought back was carried out up to what it has to send.
      isUntried = unsettled || (job.restored && isChange(job))
      inDoubt = false
      if (anew) attempt = prepare(anew, network, context)
    }
    if (job.mediaFailures >= mediaFailureLimit) {
      return {
        kind: 'failure',
        verdict: { kind: 'reject' },
        problem: 'The file could not be had',
        from: 'media',
        unsettled,
        progress,
      }
    }
    const follow = await attempt.carryOut()
    return { kind: 'sent', unasked: !hasAsked, passed, ...(follow && { follow }) }
  } catch (error) {
    const failure = describeFailure(error, {
      stage: stage(),
      mediaError: media.error(),
      aborted: signal.aborted,
      inDoubt: network.settle && inDoubt,
    })
    // It was done once more in vain, since it may be repeated. Of a message that has gone it is what that takes away.
    const isRefused = failure.verdict.kind === 'reject'
    if (failure.ownFailure && !isRefused && failure.from === 'send' && isBeyond()) {
      const refused = {
        ...failure,
        verdict: { kind: 'reject' },
        problem: failsAgain,
        unsettled: attempt?.hasGone() !== true,
      } as const
      // What it has sent since a backup was made was not looked for yet, and would not be in another form.
      return isSettling ? { ...refused, from: 'settle', neverKnown: true } : refused
    }
    if (failure.from === 'bug') options.log.error({ err: error, job: job.id }, 'A delivery broke')
    const whole = { ...failure, unsettled, progress, brokeOff: media.brokeOff() }
    // The same of what was refused in front of the network.
    return failure.page && isSettling ? { ...whole, inDoubt: true } : whole
  }
}

interface Prepared {
  settle(): Promise<Settled>
  /** Resolves with what adds to it when it is done (`Outcome.follow`), where anything does. */
  carryOut(): Promise<(() => void) | undefined>
  /** Whether some of the message has gone; a change is not known to have. */
  hasGone(): boolean
}

const prepare = (job: Job, network: Network, context: AttemptContext): Prepared => {
  const event = loadEvent(job, ref => context.store.chats.resolve(ref))
  if (isMessage(event)) {
    const delivery = prepareMessage(job, event, context)
    return {
      settle: async () => (await network.settle?.(delivery)) ?? false,
      async carryOut() {
        // An album of which only the announcement came; what holds its place goes all the same.
        const isEmpty = event.content.kind === 'album' && event.content.items.length === 0
        if (isEmpty && delivery.placeholder === undefined) return undefined
        await network.send(delivery)
        giveWay(job, event, delivery, context)
        return undefined
      },
      hasGone: () => delivery.sent.length > 0,
    }
  }
  const { change, keep } = prepareChange(job, event, context)
  return {
    settle: async () => (await network.settle?.(change)) ?? false,
    async carryOut() {
      const isTakenBack = event.kind === 'deletion' && isOutward(event, job)
      // Nobody is to believe that it is gone.
      if (change.changed.parts.length === 0) {
        if (isTakenBack) throw reject(nothingThere)
        const isOfWords = event.kind === 'deletion' || event.kind === 'edit'
        if (isOfWords && mayStandUnlinked(job, context)) throw reject(mayStand)
      }
      await network.change(change)
      keep?.()
      const { now = Date.now } = context
      if (event.kind === 'join')
        return () =>
          void addNotice(context, { chat: event.chat, text: joined, replyTo: event.target.id, now: now() })
      if (!isTakenBack) return undefined
      return () => addEcho(event, { ...context, source: job.source, now: now() })
    },
    hasGone: () => false,
  }
}

/** Whether the network itself, which takes others, has failed so often at a job that it goes as it is no more. */
const hasFailedEnough = (job: Job, { store }: CarrierOptions): boolean =>
  job.ownFailures >= ownFailureLimit.all ||
  // Asked last: of what has hardly failed, which is nearly all, nothing is read for it.
  (job.ownFailures >= ownFailureLimit.words && !job.restored && isPlainerAlone(job, store))

const isChange = (job: Job): boolean => !isMessage(parseEvent(job.event))

const failsAgain = 'It fails there again and again, while others get through'
const mayStand = 'It may stand there as it was, or not: I could not find out whether it arrived'
const nothingThere = 'I know of nothing there that this message became'

/** What the owner hears under an invitation that was accepted. */
const joined = 'You are in the group now. To read it in Telegram, too, map it: wa2tg chats lists it'
