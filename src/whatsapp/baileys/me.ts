import { normalizeAddress } from '../address.ts'

/** Who we are: the two addresses of the linked account. */
export interface Me {
  readonly pn: string
  readonly lid?: string
  readonly name?: string
}

/** Whether an address is one of ours, on whichever device. */
export const isMe = (jid: string | null | undefined, me: Me): boolean => {
  const address = normalizeAddress(jid)
  return address !== undefined && [normalizeAddress(me.pn), normalizeAddress(me.lid)].includes(address)
}
