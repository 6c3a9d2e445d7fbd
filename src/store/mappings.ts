import { addressOf, type ChatRef, networkOf } from '../bridge/chat-ref.ts'
import type { Chats } from './chats.ts'
import type { Database } from './database.ts'

/** One WhatsApp chat and the Telegram chat or topic that shows it. */
export interface Mapping {
  readonly whatsapp: ChatRef
  readonly telegram: ChatRef
  /** Answers do not go back. */
  readonly toTelegramOnly: boolean
  /** Milliseconds since 1970. */
  readonly addedAt: number
  /** The same by Telegram's clock, where it is known: what was written there before is not for this WhatsApp chat. */
  readonly since?: number
}

/** A mapping that cannot be added or removed; `mapping` is the one in the way. */
export class MappingError extends Error {
  readonly code: 'already-mapped' | 'telegram-taken' | 'not-mapped' | 'wrong-network'
  readonly mapping: Mapping | undefined

  constructor(code: MappingError['code'], message: string, mapping?: Mapping) {
    super(message)
    this.name = 'MappingError'
    this.code = code
    this.mapping = mapping
  }
}

type NewMapping = Pick<Mapping, 'whatsapp' | 'telegram' | 'since'> & {
  toTelegramOnly?: boolean
  now?: number
}

interface MappingRow {
  whatsapp: ChatRef
  telegram: ChatRef
  to_telegram_only: number
  added_at: number
  since: number | null
}

/**
 * Which chat is bridged to which. A WhatsApp chat is in at most one mapping. A Telegram chat may show several
 * WhatsApp chats, of which at most one is two-way: an answer must have one place to go.
 */
export class Mappings {
  readonly #database: Database
  readonly #chats: Chats

  constructor(database: Database, chats: Chats) {
    this.#database = database
    this.#chats = chats
  }

  /** Throws `MappingError`. */
  add(mapping: NewMapping): Mapping {
    const { toTelegramOnly = false, now = Date.now(), since } = mapping
    if (networkOf(mapping.whatsapp) !== 'whatsapp' || networkOf(mapping.telegram) !== 'telegram') {
      throw new MappingError('wrong-network', 'A mapping joins a WhatsApp chat with a Telegram chat')
    }
    return this.#database.transaction(() => {
      const whatsapp = this.#chats.learn({ chat: mapping.whatsapp })
      const telegram = this.#chats.resolve(mapping.telegram)
      const known = this.#find('whatsapp = ?', whatsapp)[0]
      if (known) {
        throw new MappingError(
          'already-mapped',
          `"${this.#chats.displayName(whatsapp)}" is mapped to "${known.telegram.slice('telegram:'.length)}" already. Remove that mapping first: wa2tg map remove ${addressOf(whatsapp)}`,
          known,
        )
      }
      const twoWay = this.#find('telegram = ? AND to_telegram_only = 0', telegram)[0]
      if (twoWay && !toTelegramOnly) {
        throw new MappingError(
          'telegram-taken',
          `Answers in that Telegram chat go to "${this.#chats.displayName(twoWay.whatsapp)}" already. Add --to-telegram-only, or choose another chat or topic`,
          twoWay,
        )
      }
      this.#database.run(
        'INSERT INTO mappings (whatsapp, telegram, to_telegram_only, added_at, since) VALUES (?, ?, ?, ?, ?)',
        whatsapp,
        telegram,
        toTelegramOnly ? 1 : 0,
        now,
        since ?? null,
      )
      return { whatsapp, telegram, toTelegramOnly, addedAt: now, ...(since !== undefined && { since }) }
    })
  }

  /** Removes the mapping of a WhatsApp chat and returns it. Throws `MappingError`. */
  remove(whatsapp: ChatRef): Mapping {
    return this.#database.transaction(() => {
      const mapping = this.#find('whatsapp = ?', this.#chats.resolve(whatsapp))[0]
      if (!mapping) {
        throw new MappingError(
          'not-mapped',
          `"${this.#chats.displayName(whatsapp)}" is not mapped. See what is: wa2tg map list`,
        )
      }
      this.#database.run('DELETE FROM mappings WHERE whatsapp = ?', mapping.whatsapp)
      return mapping
    })
  }

  /** In the order in which they were added. */
  list(): Mapping[] {
    return this.#find('1 = 1')
  }

  /** The mappings that a chat of either network is in; of a Telegram chat the two-way one comes first. */
  forSource(ref: ChatRef): Mapping[] {
    const chat = this.#chats.resolve(ref)
    return networkOf(chat) === 'whatsapp'
      ? this.#find('whatsapp = ?', chat)
      : this.#find('telegram = ?', chat).sort((a, b) => Number(a.toTelegramOnly) - Number(b.toTelegramOnly))
  }

  #find(where: string, ...values: string[]): Mapping[] {
    return this.#database
      .all<MappingRow>(`SELECT * FROM mappings WHERE ${where} ORDER BY id`, ...values)
      .map(row => ({
        whatsapp: row.whatsapp,
        telegram: row.telegram,
        toTelegramOnly: row.to_telegram_only === 1,
        addedAt: row.added_at,
        ...(row.since !== null && { since: row.since }),
      }))
  }
}
