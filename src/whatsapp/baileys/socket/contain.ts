import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { bytesIn } from '../parse/posts.ts'

type Listener = (...values: unknown[]) => unknown
/** Is told the name of an event, and what went wrong there. */
export type OnError = (event: string, error: unknown) => void

/** Puts something of ours in the place of all that listens to an event by now. */
export const rewire = (
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
export const containRejections = (emitter: EventEmitter, onError: OnError): void => {
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

/** What handling one message at a time asks and tells. */
export interface InTurn {
  /** Whether what is handled can still be acknowledged. */
  isAlive(): boolean
  /** Baileys is done with a message, whatever it made of it. */
  handled(node: BinaryNode): void
  /** Telling of that failed: what comes behind it goes on. */
  onError: OnError
}

/**
 * Lets Baileys handle messages one at a time, in the order in which they came. It queues those of the backlog (`offline`),
 * but handles a live one at once, beside the queue (lib/Socket/messages-recv.js, processNode): a group message would be
 * decrypted before the sender key that the backlog still holds, fail, be asked for again and come out of order. And of
 * what it queues itself nobody hears when it is done with it. So there is one queue, this one, and Baileys is told of no
 * backlog; a message that the socket does not outlive is not handled: it comes again.
 *
 * A post that a channel has taken back has no bytes, and Baileys would ask the phone for them. The name of a business
 * is read from the journal (`decode.ts`): one that is none kept Baileys from decrypting the message beside it.
 *
 * @returns resolves when all that has come so far is handled
 */
export const handleInTurn = (
  emitter: EventEmitter,
  { isAlive, handled, onError }: InTurn,
): (() => Promise<void>) => {
  let last: Promise<void> = Promise.resolve()
  rewire(emitter, 'CB:message', listener => (...values) => {
    const node = values[0] as BinaryNode
    const { offline: _offline, ...attrs } = node.attrs
    last = last.then(async () => {
      if (!isAlive()) return
      // A failure is the listener's own affair: what comes behind it goes on.
      await Promise.resolve(listener({ ...asReadable(node), attrs })).catch(() => undefined)
      if (isAlive()) handled(node)
    })
    last = last.catch((error: unknown) => onError('CB:message', error))
    return last
  })
  return () => last
}

const asReadable = (node: BinaryNode): BinaryNode => {
  if (!Array.isArray(node.content)) return node
  const content = node.content.flatMap(child => {
    const bytes = bytesIn(node, child)
    if (child.tag === 'verified_name') return []
    return [bytes === undefined ? child : { ...child, content: bytes }]
  })
  return { ...node, content }
}
