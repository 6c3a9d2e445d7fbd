import type { BinaryNode } from '@whiskeysockets/baileys'
import { children, el, SERVER } from './node.ts'
import type { Wire } from './wire.ts'

const STATUS = 'status@broadcast'
const anything = (_stanza: BinaryNode): boolean => true

/**
 * What the server still has to deliver to the companion: messages, receipts and notifications.
 *
 * A stanza stays until the companion has settled it with a receipt (messages) or an ack (all). While nobody is logged
 * in, stanzas wait. After a login, when the companion has said `active`, *everything unsettled* comes (again), marked
 * `offline`: first a preview with the counts, then as many stanzas as the companion asks for with `offline_batch`, again
 * and again (whatsapp-rust #629, zapo #269), at last `<ib><offline count/></ib>`. What is pushed meanwhile waits behind
 * them. Then the queue is live and passes on what is pushed. The real server forgets after 14 days, this one never.
 *
 * A status that was acknowledged with an error comes first at the next login, and nothing else until it is settled
 * (Baileys #2779).
 */
export class DeliveryQueue {
  /**
   * Servers that others have seen, or may have: all that waits comes for one request, or the end is never marked, or a connection
   * is deaf from its login on.
   */
  manner: 'asked' | 'at-once' | 'unmarked' | 'withheld' = 'asked'
  readonly #pending: BinaryNode[] = []
  readonly #onLive: () => void
  readonly #given = new Set<BinaryNode>()
  #refused: BinaryNode | undefined
  #wire: Wire | undefined
  /** So many more were asked for. */
  #room = 0
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
    // A server may pass one on twice.
    this.#pending.push({ ...node })
    if (!this.#live) this.#give()
    else if (!this.#isDeaf) this.#wire?.send(node)
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
    this.#given.clear()
    this.#room = 0
    if (this.manner === 'withheld') return
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

  /** The companion asks for so many more of what waits. */
  ask(count: number): void {
    this.#room = this.manner === 'at-once' ? Number.POSITIVE_INFINITY : this.#room + count
    this.#give()
  }

  /** Messages that are still not settled come again over an open connection, each with another time. */
  sendAgain(): void {
    if (!this.#live) return
    for (const node of this.#pending) {
      if (node.tag !== 'message') continue
      node.attrs = { ...node.attrs, t: String(Number(node.attrs['t']) + 1) }
      this.#wire?.send(node)
    }
  }

  stop(wire: Wire): void {
    if (this.#wire !== wire) return
    this.#wire = undefined
    this.#live = false
  }

  /**
   * Settles what a companion's receipt (all of its ids) or ack is about; returns what it settled. Ids are chosen by the
   * senders, so the chat and the participant decide between stanzas of one id.
   *
   * @param isAbout whether an answer with its id is about a stanza
   */
  settle(answer: BinaryNode, isAbout = anything): BinaryNode[] {
    const settled: BinaryNode[] = []
    for (const found of this.#meant(answer, isAbout)) {
      this.#pending.splice(this.#pending.indexOf(found), 1)
      settled.push(found)
    }
    if (this.#refused && settled.includes(this.#refused)) {
      this.#refused = undefined
      this.#give()
    }
    return settled
  }

  /** The companion has acknowledged something with an error; returns what that was about. */
  refuse(ack: BinaryNode, isAbout = anything): BinaryNode[] {
    if (ack.attrs['to'] !== STATUS) return this.settle(ack, isAbout)
    const refused = [...this.#meant(ack, isAbout)]
    this.#refused = refused[0] ?? this.#refused
    return refused
  }

  *#meant(answer: BinaryNode, isAbout: typeof anything): Generator<BinaryNode> {
    const tag = answer.tag === 'ack' ? answer.attrs['class'] : 'message'
    const more = children(children(answer)[0], 'item').map(item => item.attrs['id'])
    for (const id of [answer.attrs['id'], ...more]) {
      const candidates = this.#pending.filter(
        node => node.tag === tag && node.attrs['id'] === id && isAbout(node),
      )
      // One that was asked for again is the same message.
      yield* answer.tag === 'receipt' ? candidates : closest(candidates, answer)
    }
  }

  #give(): void {
    if (this.#live || this.#room === 0) return
    for (const node of this.#refused ? [this.#refused] : [...this.#pending]) {
      if (this.#given.has(node)) continue
      if (this.#room === 0) return
      this.#room -= 1
      const offline = String(Math.min(this.#given.size, 20))
      this.#given.add(node)
      this.#wire?.send({ ...node, attrs: { ...node.attrs, offline } })
    }
    if (!this.#refused) this.#finish(this.#given.size)
  }

  #finish(count: number): void {
    if (this.manner === 'unmarked') return
    this.#wire?.send(el('ib', { from: SERVER }, [el('offline', { count: String(count) })]))
    this.#live = true
    this.#onLive()
  }
}

/** One message may bring several receipts of one person: that it came, and that it cannot be read. Their acks repeat the type. */
function closest(candidates: BinaryNode[], answer: BinaryNode): BinaryNode[] {
  const { to, participant, recipient, type } = answer.attrs
  const fitting = candidates.filter(
    ({ attrs }) =>
      [to, recipient].includes(attrs['from']) &&
      (participant === undefined || attrs['participant'] === participant),
  )
  const found = fitting.find(({ attrs }) => attrs['type'] === type) ?? fitting[0] ?? candidates[0]
  return found === undefined ? [] : [found]
}
