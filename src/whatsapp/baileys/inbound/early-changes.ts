import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import type { MessageRef } from '../../../bridge/chat-ref.ts'
import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import { readStored } from '../../../bridge/stored-json.ts'
import type { Logger } from '../../../support/log.ts'
import { toNumber } from '../parse/context.ts'

const ROWS = 'held'
/** As many wait at most; of more the oldest are given up. */
const MOST = 500
/** Base64; a larger one is no vote and no edit that anybody makes. */
const LONGEST = 256 * 1024
/** WhatsApp keeps what it could not deliver for two weeks: what has not come by then does not come. */
const PATIENCE_MS = 14 * 86_400_000

const DAMAGED = 'they are damaged on disk'

interface Row {
  readonly key: WAMessageKey
  /** Seconds since 1970. */
  readonly sent: number
  readonly name?: string
  /** `proto.Message`, base64. */
  readonly message: string
  /** Milliseconds since 1970. */
  readonly heldAt: number
}

/**
 * Changes of messages that cannot be read yet: a vote or an edit is sealed with the secret of its message, and what it
 * changes has to be there. They are kept on disk until that message has come, and then read as if they came behind it. What
 * is given up is said in the log.
 */
export class EarlyChanges {
  readonly #sessions: SessionStore
  readonly #logger: Logger
  /** Messages that something may wait for: looking into the store for each message would be a waste. */
  readonly #awaited: Set<string>

  constructor(sessions: SessionStore, logger: Logger, now = Date.now()) {
    this.#sessions = sessions
    this.#logger = logger
    const rows = [...sessions.list(ROWS)].map(({ id, value }) => ({ id, since: readRow(value)?.heldAt }))
    const damaged = rows.filter(({ since }) => since === undefined)
    const old = rows.filter(({ since = now }) => since < now - PATIENCE_MS)
    const givenUp = [
      ...this.#giveUp(damaged, DAMAGED),
      ...this.#giveUp(old, 'their message did not come in two weeks'),
    ]
    if (givenUp.length > 0) sessions.set(givenUp)
    this.#awaited = new Set([...sessions.list(ROWS)].map(({ id }) => targetIn(id)))
  }

  /** Keeps a change of `target`; to be written with the mark that it is dealt with. Nothing when it is too large. */
  keep(target: MessageRef, web: WAMessage): SessionChange[] {
    const message = Buffer.from(proto.Message.encode(web.message ?? {}).finish()).toString('base64')
    if (message.length > LONGEST) {
      this.#logger.warn({ base64: message.length }, 'A change that is too large for one was left out')
      return []
    }
    const name = web.verifiedBizName || web.pushName
    const row: Row = {
      key: web.key,
      sent: toNumber(web.messageTimestamp) ?? 0,
      ...(name && { name }),
      message,
      heldAt: Date.now(),
    }
    const rows = [...this.#sessions.list(ROWS)]
    const tooMany = rows.splice(0, Math.max(0, rows.length - MOST + 1))
    const left = new Set(tooMany.length > 0 ? rows.map(({ id }) => targetIn(id)) : [])
    for (const name of tooMany.map(({ id }) => targetIn(id))) if (!left.has(name)) this.#awaited.delete(name)
    this.#awaited.add(nameOf(target))
    return [
      ...this.#giveUp(tooMany, 'their message is one of too many that have not come'),
      { type: ROWS, id: `${nameOf(target)} ${web.key.id}`, value: JSON.stringify(row) },
    ]
  }

  /** What waits for a message, under whichever of its names, in the order in which it came, and how each is forgotten. */
  about(target: readonly MessageRef[]): { readonly web: WAMessage; readonly forget: SessionChange }[] {
    const names = target.map(nameOf).filter(name => this.#awaited.has(name))
    if (names.length === 0) return []
    const found = [...this.#sessions.list(ROWS)].filter(({ id }) => names.includes(targetIn(id)))
    if (found.length === 0) for (const name of names) this.#awaited.delete(name)
    return found.flatMap(({ id, value }) => {
      const web = readWeb(value)
      if (web !== undefined) return [{ web, forget: forget(id) }]
      this.#sessions.set(this.#giveUp([{ id }], DAMAGED))
      return []
    })
  }

  #giveUp(rows: readonly { readonly id: string }[], why: string): SessionChange[] {
    if (rows.length > 0) this.#logger.warn({ count: rows.length }, `Changes were left out, since ${why}`)
    return rows.map(({ id }) => forget(id))
  }
}

const nameOf = ({ chat, id }: MessageRef): string => `${chat} ${id}`

const targetIn = (id: string): string => id.slice(0, id.lastIndexOf(' '))

const forget = (id: string): SessionChange => ({ type: ROWS, id, value: null })

const rowSchema = z.looseObject({ key: z.looseObject({}), message: z.string(), heldAt: z.number() })

/** Undefined when it is damaged. */
const readRow = (value: string): Row | undefined =>
  rowSchema.safeParse(readStored(value)).data as Row | undefined

const readWeb = (value: string): WAMessage | undefined => {
  const row = readRow(value)
  if (row === undefined) return undefined
  try {
    return {
      key: row.key,
      messageTimestamp: row.sent,
      ...(row.name !== undefined && { pushName: row.name }),
      message: proto.Message.decode(Buffer.from(row.message, 'base64')),
    }
  } catch {
    return undefined
  }
}
