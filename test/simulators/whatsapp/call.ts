import { randomBytes } from 'node:crypto'
import type { Contact } from './contact.ts'
import type { Group } from './group.ts'
import { el, unixSeconds, withDevice } from './node.ts'
import type { World } from './world.ts'

export interface CallOptions {
  readonly video?: boolean
  /** A call to a group: its members' companions get a notice, not an offer. */
  readonly group?: Group
}

/**
 * A call by a contact, as the linked devices of the account hear of it. The phone's answer comes from its own address;
 * whatever else devices tell each other during a call (transport, latencies) is one `relaylatency`.
 */
export class Call {
  readonly id = randomBytes(16).toString('hex').toUpperCase()
  readonly #world: World
  readonly #caller: Contact
  readonly #group: Group | undefined

  constructor(world: World, caller: Contact, { video = false, group }: CallOptions) {
    this.#world = world
    this.#caller = caller
    this.#group = group
    const media = video ? 'video' : 'audio'
    if (group !== undefined) {
      this.#tell('offer_notice', { media, type: 'group' })
      return
    }
    const streams = [
      el('audio', { enc: 'opus', rate: '16000' }),
      ...(video ? [el('video', { enc: 'vp8' })] : []),
    ]
    this.#tell('offer', {}, streams)
    this.#tell('relaylatency', {}, [el('te', { latency: '33554445' })])
  }

  /** The owner takes it on the phone. */
  accept(): void {
    this.#tell('accept', {}, undefined, this.#world.account.lid)
  }

  /** The owner declines it on the phone. */
  reject(): void {
    this.#tell('reject', { count: '0' }, undefined, this.#world.account.lid)
  }

  /** Another linked device turns it down by itself, while the phone rings on (purpshell/meowcaller #25). */
  rejectByDevice(device: number): void {
    this.#tell('reject', { count: '0' }, undefined, withDevice(this.#world.account.lid, device))
  }

  /** Nobody took it. */
  timeout(): void {
    this.#tell('terminate', { reason: 'timeout' })
  }

  /** The caller hangs up, or the call has ended, after so many seconds. */
  terminate({ seconds = 0 } = {}): void {
    this.#tell('terminate', seconds > 0 ? { duration: String(seconds), audio_duration: String(seconds) } : {})
  }

  #tell(
    tag: string,
    attrs: Record<string, string>,
    content?: ReturnType<typeof el>[],
    from = this.#caller.lid,
  ): void {
    const info = el(
      tag,
      {
        'call-id': this.id,
        'call-creator': this.#caller.lid.replace('@', ':0@'),
        caller_pn: this.#caller.pn,
        ...(this.#group !== undefined && { 'group-jid': this.#group.jid }),
        ...attrs,
      },
      content,
    )
    const head = { from, id: this.#world.newId(), t: String(unixSeconds()), notify: this.#caller.pushName }
    this.#world.companion?.queue.push(el('call', head, [info]))
  }
}
