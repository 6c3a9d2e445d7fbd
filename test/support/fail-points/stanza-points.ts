import { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import WebSocket from 'ws'
import { encodingKey } from './encoding-key.ts'
import { pass } from './pass.ts'

const nameOf = ({ tag, attrs }: BinaryNode): string =>
  [tag, attrs['class'], attrs['type'], attrs['xmlns']].filter(word => word !== undefined).join(' ')

const isNode = (value: unknown): value is BinaryNode =>
  typeof value === 'object' && value !== null && 'tag' in value && 'attrs' in value

/** Every stanza is a point when it has come, before anybody has seen it, and before and after it is written. */
export const watchStanzas = (): void => {
  let encoded: BinaryNode | undefined
  Reflect.set(globalThis, encodingKey, (node: BinaryNode) => {
    encoded = node
  })

  const { emit } = EventEmitter.prototype
  EventEmitter.prototype.emit = function (this: EventEmitter, event: string | symbol, ...values: unknown[]) {
    // `ws` of Baileys emits every node that it has decrypted.
    if (event === 'frame' && isNode(values[0])) pass(`whatsapp in ${nameOf(values[0])}`)
    return emit.call(this, event, ...values)
  }

  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (
    this: WebSocket,
    data: Parameters<typeof send>[0],
    ...rest: unknown[]
  ) {
    const name = `whatsapp out ${encoded === undefined ? 'handshake' : nameOf(encoded)}`
    encoded = undefined
    pass(`${name}: before`)
    Reflect.apply(send, this, [data, ...rest])
    pass(`${name}: after`)
  }
}
