import type { BinaryNode, GroupMetadata } from '@whiskeysockets/baileys'
import type { SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import { isGroup } from '../../address.ts'
import { readError } from '../errors.ts'
import { childOf } from '../node.ts'
import type { Socket } from '../socket.ts'
import { forgetAdmins } from './admins.ts'
import type { Book } from './book.ts'

const FETCHED = { type: 'meta', id: 'groups' } as const
/** Of versions that did not keep which are the announcements of a community, and that a crash could cost who administers one no more. */
const FORMER = { type: 'meta', id: 'groups-fetched' } as const

interface FetchOptions {
  readonly sessions: SessionStore
  readonly book: Book
  readonly logger: Logger
}

/**
 * Asks for all groups of the account, at each login until WhatsApp has told of some: later changes come as notices. What a notice
 * has told of one meanwhile counts for more than the answer, which may be of before; then it is asked again at the next login.
 */
export const fetchGroups = (socket: Socket, options: FetchOptions): void => {
  const { type, id } = FETCHED
  if (options.sessions.get(type, id) === undefined) fetchAll(socket, options)
}

/** WhatsApp says that groups have changed, and not how: they are asked for anew (Baileys, lib/Socket/groups.js, does so itself). */
export const fetchDirtyGroups = (socket: Socket, options: FetchOptions): void => {
  socket.sock.ws.on('CB:ib,,dirty', (node: BinaryNode) => {
    if (childOf(node, 'dirty')?.attrs['type'] === 'groups') fetchAll(socket, options)
  })
}

const fetchAll = (socket: Socket, { sessions, book, logger }: FetchOptions): void => {
  const fetch = async (): Promise<void> => {
    // Without an answer the next login asks.
    if (sessions.get(FETCHED.type, FETCHED.id) !== undefined) sessions.set([{ ...FETCHED, value: null }])
    const { groups, told } = await socket.groups.all()
    if (groups.length === 0) return
    sessions.transaction(() => {
      if (sessions.get(FORMER.type, FORMER.id) !== undefined) forgetAdmins(sessions)
      book.groups(
        groups.filter(({ id }) => isGroup(id) && !told.has(id)),
        { isAnswer: true },
      )
      sessions.set([
        { ...FETCHED, value: told.size === 0 ? String(Date.now()) : null },
        { ...FORMER, value: null },
      ])
    })
  }
  fetch().catch((error: unknown) => {
    book.doubt()
    // The next connection tries again.
    if (socket.isOpen) logger.warn({ err: error }, 'The list of groups could not be fetched')
  })
}

/**
 * Asks for one group anew, for a message that waits; resolves when it is known, or was not told in time. Says whether all that there is
 * to know is known: of a group that we are not in, nobody hears more.
 */
export const refreshGroup = async (
  { groups }: Socket,
  group: string,
  keep: (metadata: GroupMetadata) => boolean,
): Promise<boolean> => {
  try {
    return keep(await groups.findSoon(group))
  } catch (error) {
    const { data } = readError(error)
    return typeof data === 'number' && data >= 400 && data < 500 && data !== 429
  }
}

/** The account is gone; the next one has groups of its own. */
export const forgetGroups = (sessions: SessionStore): void => {
  sessions.set([{ ...FETCHED, value: null }])
  forgetAdmins(sessions)
}
