import type { GroupMetadata, GroupParticipant } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import type { SessionStore } from '../../../bridge/network.ts'
import { readStored } from '../../../bridge/stored-json.ts'
import { normalizeAddress } from '../../address.ts'

const ROWS = 'admins'
/** Groups whose settings are for administrators alone. */
const RESTRICTED = 'restricted'
/** Groups that are the announcements of a community. */
const ANNOUNCEMENTS = 'announcements'

/**
 * Who may delete what others wrote in a group, and settle how it is run: every address of each. On disk, for what comes
 * before we could ask.
 */
export class Admins {
  readonly #sessions: SessionStore

  constructor(sessions: SessionStore) {
    this.#sessions = sessions
  }

  has(group: string, addresses: readonly string[]): boolean {
    const admins = this.#read(group)
    return addresses.some(address => admins.includes(address))
  }

  maySetTimer(group: string, addresses: readonly string[]): boolean {
    return this.#sessions.get(RESTRICTED, group) === undefined || this.has(group, addresses)
  }

  areAnnouncements(group: string): boolean {
    return this.#sessions.get(ANNOUNCEMENTS, group) !== undefined
  }

  /** Its settings are for administrators alone, or not any more. */
  restrict(group: string, isRestricted: boolean): void {
    this.#mark(RESTRICTED, group, isRestricted)
  }

  /** It is the announcements of a community, or is not. */
  announce(group: string, areAnnouncements: boolean): void {
    this.#mark(ANNOUNCEMENTS, group, areAnnouncements)
  }

  #mark(type: string, group: string, isSo: boolean): void {
    if (isSo === (this.#sessions.get(type, group) !== undefined)) return
    this.#sessions.set([{ type, id: group, value: isSo ? '1' : null }])
  }

  /**
   * Takes in what is known of a whole group. `isAhead`: of the group as it is now, for what was done in it before; whoever
   * administers it no more may have done that while they did.
   */
  learn(
    { id, participants }: Pick<GroupMetadata, 'id' | 'participants'>,
    { isAhead = false }: { readonly isAhead?: boolean } = {},
  ): void {
    const now = participants.filter(({ admin }) => admin != null).flatMap(addressesOf)
    this.#write(id, isAhead ? [...this.#read(id), ...now] : now)
  }

  /** Those with these addresses administer a group from now on, or do not any more. */
  change(group: string, who: readonly string[], are: boolean): void {
    const changed = who.flatMap(jid => normalizeAddress(jid) ?? [])
    const rest = this.#read(group).filter(address => !changed.includes(address))
    this.#write(group, are ? [...rest, ...changed] : rest)
  }

  #read(group: string): string[] {
    // Damaged, it is as if nobody had been heard of: who claims to be one is asked about.
    return addressesSchema.safeParse(readStored(this.#sessions.get(ROWS, group) ?? '[]')).data ?? []
  }

  #write(group: string, addresses: readonly string[]): void {
    const value = JSON.stringify([...new Set(addresses)].sort())
    if (this.#sessions.get(ROWS, group) !== value) this.#sessions.set([{ type: ROWS, id: group, value }])
  }
}

const addressesSchema = z.array(z.string())

const addressesOf = ({ id, lid, phoneNumber }: GroupParticipant): string[] =>
  [id, lid, phoneNumber].flatMap(jid => normalizeAddress(jid) ?? [])
