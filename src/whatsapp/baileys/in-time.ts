import { setTimeout as sleep } from 'node:timers/promises'

/** How long WhatsApp has for an answer; messages of all chats wait for it. */
const ANSWER_MS = 5000

/** An answer of the server, if it comes soon, and before the signal. Rejects when not. */
export const inTime = async <T>(answer: Promise<T>, stop?: AbortSignal): Promise<T> => {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, ...(stop ? [stop] : [])])
  const late = sleep(ANSWER_MS, undefined, { signal, ref: false }).then(() => {
    throw new Error('There is no answer')
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    over.abort()
    late.catch(() => undefined)
  }
}
