import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { el, unixSeconds } from './node.ts'
import type { World } from './world.ts'

type Way = 'message' | 'notification'

interface Post {
  readonly serverId: string
  readonly sentAt: number
  readonly as: Way
  isGone: boolean
}

/**
 * A channel that the account follows. Its posts are not encrypted. They come as messages (whatsmeow, message.go,
 * handlePlaintextMessage; Baileys, lib/Utils/decode-wa-message.js) or in notifications (Baileys, lib/Socket/newsletter.js).
 *
 * A post is changed by a message with its ids, the attribute `edit` and, in `meta`, when it was changed (milliseconds) and
 * first said (seconds); in the `plaintext` is the whole post as it is now, or nothing when it is taken back, and then `meta` has
 * the second time alone (WhatsApp Web, WAWebNewsletterMsgParser, WASmaxInMessageDeliverNewsletterEditMixin, …RevokeMixin;
 * whatsmeow, message.go, handlePlaintextMessage, and send.go, sendNewsletter; wamux, CHANGELOG.md, issue 51, measured).
 */
export class Channel {
  readonly jid: string
  readonly name: string
  readonly #world: World
  readonly #posts = new Map<string, Post>()
  /** Nobody changes a post twice in one millisecond. */
  #changedAt = 0

  constructor(world: World, jid: string, name: string) {
    this.#world = world
    this.jid = jid
    this.name = name
  }

  post(content: proto.IMessage | string, { as = 'notification' }: { as?: Way } = {}): string {
    const id = this.#world.newId()
    const post: Post = {
      serverId: String(101 + this.#posts.size),
      sentAt: unixSeconds(),
      as,
      isGone: false,
    }
    this.#posts.set(id, post)
    this.#say(id, post, {}, [plaintext(content)])
    return id
  }

  /** Says a post anew. */
  edit(id: string, content: proto.IMessage | string): void {
    const post = this.#living(id)
    this.#changedAt = Math.max(Date.now() + this.#world.aheadBy, this.#changedAt + 1)
    const meta = el('meta', { msg_edit_t: String(this.#changedAt), original_msg_t: String(post.sentAt) })
    this.#say(id, post, { edit: '3' }, [plaintext(content), meta])
  }

  revoke(id: string): void {
    const post = this.#living(id)
    post.isGone = true
    const meta = el('meta', { original_msg_t: String(post.sentAt) })
    this.#say(id, post, { edit: '8' }, [el('plaintext'), meta])
  }

  #living(id: string): Post {
    const post = this.#posts.get(id)
    if (post === undefined || post.isGone) throw new Error('There is no such post in the channel')
    return post
  }

  #say(id: string, { serverId, as }: Post, change: Record<string, string>, content: BinaryNode[]): void {
    const t = String(unixSeconds())
    const attrs = { server_id: serverId, t, ...change }
    if (as === 'message') {
      const head = { from: this.jid, type: 'text', id, ...attrs }
      this.#world.companion?.queue.push(el('message', head, content))
      return
    }
    const post = el('message', { message_id: id, ...attrs }, content)
    const head = { type: 'newsletter', from: this.jid, id: this.#world.newId(), t }
    this.#world.companion?.queue.push(el('notification', head, [post]))
  }
}

const plaintext = (content: proto.IMessage | string): BinaryNode => {
  const message = typeof content === 'string' ? { conversation: content } : content
  return el('plaintext', {}, Buffer.from(proto.Message.encode(proto.Message.fromObject(message)).finish()))
}
