import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMetadata } from '@whiskeysockets/baileys'
import type { SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import { isGroup } from '../../address.ts'
import type { Socket } from '../socket.ts'
import type { Book } from './book.ts'

const FETCHED = { type: 'meta', id: 'groups-fetched' } as const

/** How long a message waits for WhatsApp to say who administers its group, in milliseconds. */
const ASK_MS = 5000

/** Asks for all groups of the account, once per account: later changes come as events. */
export const fetchGroups = (
  socket: Socket,
  { sessions, book, logger }: { sessions: SessionStore; book: Book; logger: Logger },
): void => {
  if (sessions.get(FETCHED.type, FETCHED.id) !== undefined) return
  const fetch = async (): Promise<void> => {
    const groups = Object.values(await socket.sock.groupFetchAllParticipating())
    sessions.transaction(() => {
      book.groups(groups.filter(({ id }) => isGroup(id)))
      sessions.set([{ ...FETCHED, value: String(Date.now()) }])
    })
  }
  fetch().catch((error: unknown) => {
    // The next connection tries again.
    if (socket.isOpen) logger.warn({ err: error }, 'The list of groups could not be fetched')
  })
}

/** Asks for one group anew; resolves when it is known, or was not told in time. */
export const refreshGroup = async (
  { groups }: Socket,
  group: string,
  keep: (metadata: GroupMetadata) => void,
): Promise<void> => {
  const answer = groups.find(group).then(keep, () => undefined)
  await Promise.race([answer, sleep(ASK_MS, undefined, { ref: false })])
}

/** The account is gone; the next one has groups of its own. */
export const forgetGroups = (sessions: SessionStore): void => sessions.set([{ ...FETCHED, value: null }])
