import type { GroupMetadata } from '@whiskeysockets/baileys'
import { normalizeAddress } from '../../address.ts'
import type { Member } from '../../mentions.ts'
import type { Me } from '../me.ts'

/** What a person is called, by address, where it is known. */
export type NameOf = (address: string) => string | undefined

/** The others in a group whose names are known. */
export const membersOf = ({ participants }: GroupMetadata, me: Me, nameOf: NameOf): Member[] => {
  const mine = [me.pn, me.lid].map(jid => normalizeAddress(jid))
  return participants.flatMap(({ id, lid, phoneNumber }) => {
    const addresses = [id, lid, phoneNumber].flatMap(jid => normalizeAddress(jid) ?? [])
    const [address] = addresses
    const name = addresses.map(nameOf).find(each => each !== undefined)
    return address === undefined || name === undefined || addresses.some(each => mine.includes(each))
      ? []
      : [{ address, name }]
  })
}
