import type { GroupMetadata, GroupParticipant } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import type { SessionStore } from '../../../bridge/network.ts'
import { readStored } from '../../../bridge/stored-json.ts'
import { normalizeAddress } from '../../address.ts'
import type { AdminChange } from '../parse/notifications.ts'

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
   * Takes in how a group is now, for what was done in it before: whoever administers it no more may have done that while
   * they did.
   */
  learn({ id, participants }: Pick<GroupMetadata, 'id' | 'participants'>): void {
    const now = participants.filter(({ admin }) => admin != null).flatMap(addressesOf)
    this.#write(id, [...this.#read(id), ...now])
  }

  /** In the order of what is done in the group. */
  change(group: string, { who, are, alone = false }: AdminChange): void {
    const changed = who.flatMap(jid => normalizeAddress(jid) ?? [])
    const rest = alone ? [] : this.#read(group).filter(address => !changed.includes(address))
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

/** The link is gone: what changes until there is a new one is not told. */
export const forgetAdmins = (sessions: SessionStore): void =>
  sessions.set([...sessions.list(ROWS)].map(({ id }) => ({ type: ROWS, id, value: null })))

const addressesSchema = z.array(z.string())

const addressesOf = ({ id, lid, phoneNumber }: GroupParticipant): string[] =>
  [id, lid, phoneNumber].flatMap(jid => normalizeAddress(jid) ?? [])
