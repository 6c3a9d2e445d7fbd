import type { Readable } from 'node:stream'
import type { Failure } from '../../outbox/index.ts'
import { StoreError } from '../../store/index.ts'
import { DeliveryError, reject } from '../verdict.ts'

/**
 * Watches the files that one attempt opens, to tell afterwards whether a file was the cause of its failure. A stream that
 * fails after its reader has gone does not bring the process down. `isLast`: a file that cannot be had now is given up,
 * and whatever is beside it goes without it.
 */
export const watchMedia = ({ isLast }: { isLast: boolean }) => {
  let failure: unknown
  let brokeOff = false
  const note = (error: unknown): void => {
    failure ??= error
  }
  return {
    async watch(open: () => Promise<Readable>): Promise<Readable> {
      try {
        const stream = await open()
        stream.on('error', error => {
          brokeOff ||= failure === undefined
          note(error)
        })
        return stream
      } catch (error) {
        note(error)
        const givesUp = isLast && error instanceof DeliveryError && error.verdict.kind === 'retry'
        throw givesUp ? reject(error.message, error) : error
      }
    },
    /** What fails from here on is no matter of the files before it. */
    forget(): void {
      failure = undefined
      brokeOff = false
    },
    error: (): unknown => failure,
    /** Whether that was behind its first byte, as far as its network tells. */
    brokeOff: () => brokeOff,
  }
}

interface Circumstances {
  readonly stage: 'send' | 'settle'
  readonly mediaError: unknown
  readonly aborted: boolean
  /** Whether something may be there that was not looked for; undefined where sending it again is the same message. */
  readonly inDoubt: boolean | undefined
}

/**
 * What an error from `send` or `settle` says about its job. A disk that refuses makes it unknown what was sent;
 * anything but that and a `DeliveryError` is a bug.
 */
export const describeFailure = (
  error: unknown,
  { stage, mediaError, aborted, inDoubt }: Circumstances,
): Failure => {
  // A reader that gives up destroys the stream with an error of its own: only the source's errors count.
  const byMedia =
    mediaError instanceof DeliveryError || (mediaError !== undefined && causes(error).includes(mediaError))
  if (error instanceof DeliveryError) {
    return {
      kind: 'failure',
      verdict: error.verdict,
      problem: error.message,
      // A look carries out what a backup brought back, and fails at nothing by itself.
      from: byMedia ? 'media' : error.ownFailure || error.page ? 'send' : stage,
      ...(error.chatUnreachable && { unreachable: true }),
      ...(error.page && { page: true }),
      ...(error.ownFailure && { ownFailure: true }),
      ...(error.neverKnown && { neverKnown: true }),
    }
  }
  if (error instanceof StoreError) {
    const problem = 'The disk of the bridge did not take what was sent'
    return { kind: 'failure', verdict: { kind: 'unsure' }, problem, from: stage }
  }
  const problem =
    byMedia && mediaError instanceof DeliveryError ? mediaError.message : 'It is not known whether it arrived'
  if (byMedia || aborted) {
    return { kind: 'failure', verdict: { kind: 'unsure' }, problem, from: byMedia ? 'media' : stage }
  }
  const bug = { kind: 'failure', problem: 'Internal error', from: 'bug' } as const
  if (inDoubt === undefined) return { ...bug, verdict: { kind: 'unsure' } }
  if (!inDoubt) return { ...bug, verdict: { kind: 'retry' } }
  return { ...bug, verdict: { kind: 'unsure' }, inDoubt }
}

const causes = (error: unknown): unknown[] => {
  const chain: unknown[] = []
  for (
    let each = error;
    each !== undefined && chain.length < 8;
    each = each instanceof Error ? each.cause : undefined
  ) {
    chain.push(each)
  }
  return chain
}
