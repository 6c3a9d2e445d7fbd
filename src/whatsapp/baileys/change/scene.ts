import type { GroupMetadata, proto } from '@whiskeysockets/baileys'
import { addressOf } from '../../../bridge/chat-ref.ts'
import type { StandIn } from '../../../bridge/network.ts'
import { reject } from '../../../bridge/verdict.ts'
import { isGroup, isPhone, normalizeAddress } from '../../address.ts'
import type { Me } from '../me.ts'

/** The chat in which something is changed, and how people are addressed there. */
export class Scene {
  readonly jid: string
  /** Our own address here. */
  readonly myself: string
  /** Everybody may read here, but replies of members show only to administrators: what they add is sealed. */
  readonly isAnnouncement: boolean
  readonly isAdmin: boolean
  readonly #group: GroupMetadata | undefined

  constructor(jid: string, me: Me, group?: GroupMetadata) {
    this.jid = jid
    this.#group = group
    const byPhone = group === undefined ? isPhone(jid) : group.addressingMode === 'pn'
    const mine = byPhone ? me.pn : (me.lid ?? me.pn)
    this.myself = normalizeAddress(mine) ?? mine
    this.isAnnouncement = group?.isCommunityAnnounce === true
    this.isAdmin = this.#member(this.myself)?.admin != null
  }

  /** The address of whoever wrote a message, as this chat knows them. Throws `DeliveryError` where it is not known. */
  authorOf({ fromMe, person }: StandIn): string {
    if (fromMe) return this.myself
    if (!isGroup(this.jid)) return this.jid
    if (person === undefined) throw reject('It is not known who wrote that message')
    const address = addressOf(person)
    return normalizeAddress(this.#member(address)?.id) ?? address
  }

  keyOf(message: StandIn): proto.IMessageKey {
    const { id, fromMe } = message
    const isForeign = isGroup(this.jid) && !fromMe
    return { remoteJid: this.jid, fromMe, id, ...(isForeign && { participant: this.authorOf(message) }) }
  }

  #member(address: string) {
    return this.#group?.participants.find(({ id, lid, phoneNumber }) =>
      [id, lid, phoneNumber].some(jid => normalizeAddress(jid) === address),
    )
  }
}
