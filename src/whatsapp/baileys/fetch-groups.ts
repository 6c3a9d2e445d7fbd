import type { SessionStore } from '../../bridge/network.ts'
import type { Logger } from '../../support/log.ts'
import { isGroup } from '../address.ts'
import type { Book } from './book.ts'
import type { Link } from './link.ts'

const FETCHED = { type: 'meta', id: 'groups-fetched' } as const

/** Asks for all groups of the account, once per account: later changes come as events. */
export const fetchGroups = (
  link: Link,
  { sessions, book, logger }: { sessions: SessionStore; book: Book; logger: Logger },
): void => {
  if (sessions.get(FETCHED.type, FETCHED.id) !== undefined) return
  const fetch = async (): Promise<void> => {
    const groups = Object.values(await link.sock.groupFetchAllParticipating())
    sessions.transaction(() => {
      book.groups(groups.filter(({ id }) => isGroup(id)))
      sessions.set([{ ...FETCHED, value: String(Date.now()) }])
    })
  }
  fetch().catch((error: unknown) => {
    // The next connection tries again.
    if (link.isOpen) logger.warn({ err: error }, 'The list of groups could not be fetched')
  })
}

/** The account is gone; the next one has groups of its own. */
export const forgetGroups = (sessions: SessionStore): void => sessions.set([{ ...FETCHED, value: null }])
