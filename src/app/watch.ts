import type { NetworkName } from '../bridge/chat-ref.ts'
import type { Network, NetworkStatus } from '../bridge/network.ts'
import type { Logger } from '../support/log.ts'

/** Why the bridge cannot go on, and who can change that. */
export interface End {
  readonly problem: string
  readonly needs: 'person' | 'restart'
}

/** How long the owner's message about the end may take, in milliseconds. Later it waits for the next start. */
const LAST_WORD_MS = 10_000

/**
 * Looks at both networks' states: both connected for the first time, or one of them at its end. An end that comes while
 * we run is told to the owner in Telegram before the process goes; one that was there at the start is on the screen.
 */
export const makeWatch = ({
  networks,
  tellOwner,
  log,
}: {
  networks: ReadonlyMap<NetworkName, Network>
  /** Resolves when the message has been delivered or has failed, or when `signal` aborts. */
  tellOwner: (problem: string, signal: AbortSignal) => Promise<void>
  log: Logger
}) => {
  const { promise: isReady, resolve: ready } = Promise.withResolvers<void>()
  const { promise: hasEnded, resolve: ended } = Promise.withResolvers<End>()
  const seen = new Map<NetworkName, NetworkStatus>()
  const end = async (found: End, isNews: boolean): Promise<void> => {
    try {
      if (isNews) await tellOwner(found.problem, AbortSignal.timeout(LAST_WORD_MS))
    } catch (error) {
      log.warn({ err: error }, 'The owner could not be told')
    }
    ended(found)
  }
  return {
    look(name: NetworkName, status: NetworkStatus): void {
      const before = seen.get(name)
      seen.set(name, status)
      const states = [...networks.values()].map(({ status: { state } }) => state)
      if (states.length === 2 && states.every(state => state === 'connected')) ready()
      const { needs, problem = 'The bridge cannot go on' } = status
      if (needs === undefined || before?.needs !== undefined) return
      const isNews = name === 'whatsapp' && needs === 'person' && before !== undefined
      void end({ problem, needs }, isNews)
    },
    /** The bridge itself cannot go on until a person has done something. */
    fail: (problem: string): void => void end({ problem, needs: 'person' }, true),
    onReady: (call: () => void): void => void isReady.then(call),
    onEnd: (call: (end: End) => void): void => void hasEnded.then(call),
  }
}
