import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'

type Listener = (...values: unknown[]) => unknown

const rewire = (
  emitter: EventEmitter,
  name: string | symbol,
  wrap: (listener: Listener) => Listener,
): void => {
  for (const listener of emitter.rawListeners(name) as Listener[]) {
    emitter.off(name, listener)
    emitter.on(name, wrap(listener))
  }
}

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
    rewire(emitter, name, listener => (...values) => {
      const result = listener.apply(emitter, values)
      if (result instanceof Promise) result.catch((error: unknown) => onError(event, error))
      return result
    })
  }
}

/**
 * Lets Baileys handle messages in the order in which they came. It queues those of the backlog (`offline`), but handles
 * a live one at once, beside the queue (lib/Socket/messages-recv.js, processNode): a group message would be decrypted
 * before the sender key that the backlog still holds, fail, be asked for again and come out of order.
 *
 * @param before resolves when everything that came before a stanza has been decrypted, or need not be waited for
 */
export const handleInOrder = (emitter: EventEmitter, before: (node: BinaryNode) => Promise<void>): void => {
  let last: Promise<unknown> = Promise.resolve()
  rewire(emitter, 'CB:message', listener => (...values) => {
    const node = values[0] as BinaryNode
    if (node.attrs['offline'] !== undefined) return listener(...values)
    // A failure is the listener's own affair: what comes behind it goes on.
    last = last
      .then(() => before(node))
      .then(() => listener(...values))
      .catch(() => undefined)
    return last
  })
}
