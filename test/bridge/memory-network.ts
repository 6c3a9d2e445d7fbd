import { Readable } from 'node:stream'
import type { NetworkName } from '../../src/bridge/chat-ref.ts'
import type { Content, Media } from '../../src/bridge/event.ts'
import type { Change, Delivery, Network, NetworkStatus } from '../../src/bridge/network.ts'
import type { DeliveryError } from '../../src/bridge/verdict.ts'

/** What a reader sees: one message in a chat of the network. */
export interface Shown {
  readonly chat: string
  readonly id: string
  readonly text: string
  readonly kind: Content['kind']
  readonly as?: string
  readonly senderLine?: string
  readonly replyTo?: string
}

/** What happens at the next attempts, in order; `then` runs in place of the default. */
export type Script = (delivery: Delivery, show: (part?: number) => string) => Promise<void>

export const textOf = (content: Content): string => {
  switch (content.kind) {
    case 'text':
      return content.body.text
    case 'media':
      return content.caption.text
    case 'notice':
      return content.text
    case 'placeholder':
      return content.label
    case 'joined':
      return content.items
        .filter(({ deleted }) => !deleted)
        .map(({ body }) => body.text)
        .join('\n')
    default:
      return content.kind
  }
}

/** How many message ids were chosen: two runs over one store choose none twice. */
let made = 0

/**
 * A network in memory, the other side of the outbox. Towards `whatsapp` a message keeps the id it is sent under, so
 * that sending twice is one message; towards `telegram` it counts ids and settles by looking for what it does not know.
 * Text is split at `|`.
 */
export class MemoryNetwork implements Network {
  readonly name: NetworkName
  readonly shown: Shown[] = []
  readonly scripts: Script[] = []
  readonly attempts: Delivery[] = []
  readonly changes: Change[] = []
  readonly settled: (Delivery | Change)[] = []
  /** Ids of what was given up. */
  readonly forgotten: string[] = []
  status: NetworkStatus = { state: 'connected' }
  files: (media: Media) => Readable | Promise<Readable> = () => Readable.from([Buffer.from('file')])
  openError: DeliveryError | undefined
  opened = 0
  settle?: (attempt: Delivery | Change) => Promise<boolean>
  mark?: (chat: string) => string
  #ids = 0

  constructor(name: NetworkName) {
    this.name = name
    if (name === 'telegram') {
      this.mark = () => String(this.#ids)
      this.settle = async delivery => {
        this.settled.push(delivery)
        const found = this.shown.find(
          each =>
            each.chat === delivery.chat &&
            Number(each.id) > Number(delivery.mark) &&
            !delivery.isKnown(each.id),
        )
        if (found) delivery.onSent({ id: found.id })
        return found !== undefined
      }
    }
  }

  async start(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}

  forget(messageId: string): void {
    this.forgotten.push(messageId)
  }

  isPart(id: string, messageId: string): boolean {
    return this.name === 'whatsapp' && id.startsWith(`${messageId}-`)
  }

  newMessageId(): string {
    made += 1
    return `${this.name}-${made}`
  }

  async send(delivery: Delivery): Promise<void> {
    this.attempts.push(delivery)
    const script = this.scripts.shift()
    if (script) return script(delivery, part => this.show(delivery, part))
    const parts = textOf(delivery.event.content).split('|').length
    const before = delivery.sent.length
    for (let part = before; part < parts; part += 1) {
      const turn = await delivery.turn?.()
      delivery.onSent({ id: this.show(delivery, part) })
      turn?.end(true)
    }
  }

  /** Edits and deletes what the reader sees; everything else is only recorded. */
  async change(change: Change): Promise<void> {
    this.changes.push(change)
    const { event, changed, chat, messageId: id } = change
    // In WhatsApp a change is a message, too.
    if (this.name === 'whatsapp') change.onCarried({ id })
    const indexes = changed.parts
      .map(part => this.shown.findIndex(each => each.chat === chat && each.id === part.id))
      .filter(index => index >= 0)
    if (event.kind === 'deletion') for (const index of indexes.reverse()) this.shown.splice(index, 1)
    if (event.kind !== 'edit') return
    const texts = textOf(event.content).split('|')
    for (const [part, index] of indexes.entries()) {
      const known = this.shown[index]
      if (known) this.shown[index] = { ...known, text: texts[part] ?? '' }
    }
    for (const text of texts.slice(indexes.length)) {
      const further = this.newMessageId()
      this.shown.push({ chat, id: further, text, kind: 'text' })
      change.onSent({ id: further })
    }
  }

  async openMedia(media: Media): Promise<Readable> {
    this.opened += 1
    if (this.openError) throw this.openError
    return this.files(media)
  }

  /** Puts a part where the reader sees it and returns its id. */
  show(delivery: Delivery, part = 0): string {
    const { content } = delivery.event
    const id = this.name === 'whatsapp' ? delivery.messageId + (part ? `-${part}` : '') : String(++this.#ids)
    if (this.shown.some(each => each.chat === delivery.chat && each.id === id)) return id
    this.shown.push({
      chat: delivery.chat,
      id,
      text: textOf(content).split('|')[part] ?? '',
      kind: content.kind,
      ...(content.kind === 'media' && { as: content.as }),
      ...(delivery.senderLine && { senderLine: delivery.senderLine }),
      ...(delivery.replyTo && { replyTo: delivery.replyTo.id }),
    })
    return id
  }
}
