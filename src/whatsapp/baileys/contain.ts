import type { EventEmitter } from 'node:events'

type Listener = (...values: unknown[]) => unknown

/**
 * Baileys handles frames and stanzas in async listeners, many of them without a catch (lib/Socket/socket.js,
 * groups.js): a rejection there, for instance of a query that the server refused, would end the process. From now on
 * it goes to `onError`, with the name of the event.
 */
export const containRejections = (
  emitter: EventEmitter,
  onError: (event: string, error: unknown) => void,
): void => {
  for (const name of emitter.eventNames()) {
    const event = String(name)
    if (event !== 'message' && !event.startsWith('CB:')) continue
    for (const listener of emitter.rawListeners(name) as Listener[]) {
      emitter.off(name, listener)
      emitter.on(name, (...values: unknown[]) => {
        const result = listener.apply(emitter, values)
        if (result instanceof Promise) result.catch((error: unknown) => onError(event, error))
      })
    }
  }
}
