import { proto } from '@whiskeysockets/baileys'
import { el, unixSeconds } from './node.ts'
import type { World } from './world.ts'

/**
 * A channel that the account follows. Its posts are not encrypted. They come as messages (whatsmeow, message.go,
 * handlePlaintextMessage; Baileys, lib/Utils/decode-wa-message.js) or in notifications (Baileys, lib/Socket/newsletter.js).
 */
export class Channel {
  readonly jid: string
  readonly name: string
  readonly #world: World
  #posts = 0

  constructor(world: World, jid: string, name: string) {
    this.#world = world
    this.jid = jid
    this.name = name
  }

  post(
    content: proto.IMessage | string,
    { as = 'notification' }: { as?: 'message' | 'notification' } = {},
  ): string {
    const message = typeof content === 'string' ? { conversation: content } : content
    const bytes = Buffer.from(proto.Message.encode(proto.Message.fromObject(message)).finish())
    this.#posts += 1
    const id = this.#world.newId()
    const t = String(unixSeconds())
    const plain = [el('plaintext', {}, bytes)]
    const serverId = String(100 + this.#posts)
    if (as === 'message') {
      const attrs = { from: this.jid, type: 'text', id, server_id: serverId, t }
      this.#world.companion?.queue.push(el('message', attrs, plain))
      return id
    }
    const post = el('message', { message_id: id, server_id: serverId, t }, plain)
    const head = { type: 'newsletter', from: this.jid, id: this.#world.newId(), t }
    this.#world.companion?.queue.push(el('notification', head, [post]))
    return id
  }
}
