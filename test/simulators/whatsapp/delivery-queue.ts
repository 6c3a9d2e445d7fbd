import type { BinaryNode } from '@whiskeysockets/baileys'
import { children, el, SERVER } from './node.ts'
import type { Wire } from './wire.ts'

/**
 * What the server still has to deliver to the companion: messages, receipts and notifications.
 *
 * A stanza stays until the companion has settled it with a receipt (messages) or an ack (all). While nobody is logged
 * in, stanzas wait. After a login, when the companion has said `active`, *everything unsettled* comes (again), marked
 * `offline`: first a preview with the counts, then, when the companion asks with `offline_batch`, the stanzas, at last
 * `<ib><offline count/></ib>`. Then the queue is live and passes on what is pushed. The real server forgets after
 * 14 days, this one never.
 */
export class DeliveryQueue {
  readonly #pending: BinaryNode[] = []
  readonly #onLive: () => void
  #wire: Wire | undefined
  #live = false
  #isDeaf = false

  constructor(onLive: () => void) {
    this.#onLive = onLive
  }

  get pending(): readonly BinaryNode[] {
    return this.#pending
  }

  get isLive(): boolean {
    return this.#live
  }

  push(node: BinaryNode): void {
    this.#pending.push(node)
    if (this.#live && !this.#isDeaf) this.#wire?.send(node)
  }

  /** From now on nothing is passed on over this connection, though it answers; the next one gets everything. */
  deafen(): void {
    this.#isDeaf = true
  }

  /** The companion is ready for deliveries on this connection. */
  start(wire: Wire): void {
    if (this.#wire === wire) return
    this.#wire = wire
    this.#live = false
    this.#isDeaf = false
    if (this.#pending.length === 0) {
      this.#finish(0)
      return
    }
    const count = (tag: string) => String(this.#pending.filter(node => node.tag === tag).length)
    const counts = {
      count: String(this.#pending.length),
      message: count('message'),
      receipt: count('receipt'),
      notification: count('notification'),
      call: count('call'),
      appdata: '0',
    }
    wire.send(el('ib', { from: SERVER }, [el('offline_preview', counts)]))
  }

  /** The companion asks for what waits. */
  replay(): void {
    if (this.#live || !this.#wire) return
    const batch = [...this.#pending]
    for (const [index, node] of batch.entries()) {
      this.#wire.send({ ...node, attrs: { ...node.attrs, offline: String(Math.min(index, 20)) } })
    }
    this.#finish(batch.length)
  }

  stop(wire: Wire): void {
    if (this.#wire !== wire) return
    this.#wire = undefined
    this.#live = false
  }

  /**
   * Settles what a companion's receipt (all of its ids) or ack is about; returns what it settled. Ids are chosen by the
   * senders, so the chat and the participant decide between stanzas of one id.
   */
  settle(answer: BinaryNode): BinaryNode[] {
    const tag = answer.tag === 'ack' ? answer.attrs['class'] : 'message'
    const more = children(children(answer)[0], 'item').map(item => item.attrs['id'])
    const settled: BinaryNode[] = []
    for (const id of [answer.attrs['id'], ...more]) {
      const candidates = this.#pending.filter(node => node.tag === tag && node.attrs['id'] === id)
      const found = candidates.length > 1 ? closest(candidates, answer) : candidates[0]
      if (!found) continue
      this.#pending.splice(this.#pending.indexOf(found), 1)
      settled.push(found)
    }
    return settled
  }

  #finish(count: number): void {
    this.#wire?.send(el('ib', { from: SERVER }, [el('offline', { count: String(count) })]))
    this.#live = true
    this.#onLive()
  }
}

/** One message may bring several receipts of one person: that it came, and that it cannot be read. Their acks repeat the type. */
function closest(candidates: BinaryNode[], answer: BinaryNode): BinaryNode | undefined {
  const { to, participant, recipient, type } = answer.attrs
  const fitting = candidates.filter(
    ({ attrs }) =>
      [to, recipient].includes(attrs['from']) &&
      (participant === undefined || attrs['participant'] === participant),
  )
  return fitting.find(({ attrs }) => attrs['type'] === type) ?? fitting[0] ?? candidates[0]
}
