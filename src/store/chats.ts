import { addressOf, type ChatRef, networkOf } from '../bridge/chat-ref.ts'
import type { ChatKind, KnownChat } from '../bridge/network.ts'
import type { Database } from './database.ts'
import { mergeChat } from './merge-chat.ts'
import { Newcomers } from './newcomers.ts'
import { isLid, phoneOf } from './whatsapp-address.ts'

/** A chat or a person as the chat book knows it, under its canonical ref. */
export interface Chat {
  readonly ref: ChatRef
  readonly kind?: ChatKind
  readonly name?: string
  readonly pushName?: string
  /** What to call it: never empty, and never a LID. */
  readonly displayName: string
  /** `+` and digits, where known. */
  readonly phone?: string
  /** Milliseconds since 1970. */
  readonly lastActivity?: number
  /** Its other addresses. */
  readonly aliases: readonly ChatRef[]
}

interface ChatRow {
  ref: ChatRef
  kind: ChatKind | null
  name: string | null
  push_name: string | null
  last_activity: number | null
}

/** Activity is written to the nearest minute only, to spare the disk. */
const activityStep = 60_000

/**
 * The chats and people seen on either network.
 *
 * A chat can have several addresses; one of them is canonical, and every table uses that one. On WhatsApp it is the LID
 * when it is known, else the phone number. Two addresses that turn out to be one chat are merged. Two LIDs are never:
 * each is an account of its own, so a phone number that passes to another LID takes only itself along.
 */
export class Chats {
  readonly #database: Database
  readonly #newcomers: Newcomers

  constructor(database: Database) {
    this.#database = database
    this.#newcomers = new Newcomers(database)
  }

  /** Records what is known of a chat and returns its canonical ref. */
  learn(known: KnownChat): ChatRef {
    return this.#database.transaction(() => {
      const ref = this.#unite(known.chat, known.aliases ?? [])
      this.#newcomers.write(
        `INSERT INTO chats (ref, kind, name, push_name, last_activity) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (ref) DO UPDATE SET
           kind = coalesce(?2, kind), name = coalesce(?3, name), push_name = coalesce(?4, push_name),
           last_activity = max(coalesce(?5, last_activity), coalesce(last_activity, ?5))
         WHERE kind IS NOT coalesce(?2, kind) OR name IS NOT coalesce(?3, name)
           OR push_name IS NOT coalesce(?4, push_name)
           OR coalesce(?5, 0) >= coalesce(last_activity, 0) + ${activityStep}`,
        ref,
        known.kind ?? null,
        known.name || null,
        known.pushName || null,
        known.lastActivity ?? null,
      )
      return ref
    })
  }

  /** The canonical ref of an address. Aliases that come with it are remembered. */
  resolve(ref: ChatRef, aliases: readonly ChatRef[] = []): ChatRef {
    const unheardOf = aliases.some(alias => this.#canonical(alias) !== this.#canonical(ref))
    if (unheardOf || (aliases.length > 0 && !this.get(ref))) return this.learn({ chat: ref, aliases })
    return this.#canonical(ref)
  }

  get(ref: ChatRef): Chat | undefined {
    const row = this.#database.get<ChatRow>('SELECT * FROM chats WHERE ref = ?', this.#canonical(ref))
    return row && this.#chat(row)
  }

  /** Latest activity first. */
  list(): Chat[] {
    return this.#database
      .all<ChatRow>('SELECT * FROM chats ORDER BY last_activity DESC NULLS LAST, name, ref')
      .map(row => this.#chat(row))
  }

  /** Chats that a person may mean by `query`: an address, a phone number, or a part of a name. */
  find(query: string): Chat[] {
    const wanted = query.trim().toLocaleLowerCase()
    const digits = /^\+?[\d\s().-]{5,}$/.test(wanted) ? wanted.replaceAll(/\D/g, '') : undefined
    return this.list().filter(chat => {
      const addresses = [chat.ref, ...chat.aliases]
      return (
        addresses.some(ref => ref === wanted || addressOf(ref).toLowerCase() === wanted) ||
        (digits !== undefined && addresses.some(ref => phoneOf(ref)?.includes(digits))) ||
        [chat.name, chat.pushName].some(name => name?.toLocaleLowerCase().includes(wanted))
      )
    })
  }

  /** What to call a chat or person: the owner's name for it, its own, or its phone number. */
  displayName(ref: ChatRef): string {
    const canonical = this.#canonical(ref)
    const row = this.#database.get<ChatRow>('SELECT * FROM chats WHERE ref = ?', canonical)
    return nameOf(canonical, row, this.#aliases(canonical))
  }

  /** Notes that the owner is told of trouble with this chat now; false when that was done less than `every` ms ago. */
  mayNotify(ref: ChatRef, now: number, every: number): boolean {
    const canonical = this.learn({ chat: ref })
    const { changes } = this.#database.run(
      'UPDATE chats SET notified_at = ?2 WHERE ref = ?1 AND (notified_at IS NULL OR abs(?2 - notified_at) >= ?3)',
      canonical,
      now,
      every,
    )
    return changes > 0
  }

  /** Notes that the owner was not told of it after all, but as if that had been at `time`. */
  takeBackNotice(ref: ChatRef, time: number): void {
    this.#database.run('UPDATE chats SET notified_at = ?2 WHERE ref = ?1', this.#canonical(ref), time)
  }

  /** Makes all these addresses one chat and returns the canonical one. */
  #unite(chat: ChatRef, aliases: readonly ChatRef[]): ChatRef {
    const given = [chat, ...aliases.filter(alias => networkOf(alias) === networkOf(chat))]
    const ref =
      given.find(isLid) ?? given.map(each => this.#canonical(each)).find(isLid) ?? this.#canonical(chat)
    for (const other of given) {
      if (other === ref || (isLid(other) && isLid(ref))) continue
      const before = this.#canonical(other)
      if (before === ref) continue
      const areTwo = isLid(before) && isLid(ref)
      if (!areTwo && this.#newcomers.isKnown(before)) mergeChat(this.#database, before, ref)
      this.#pointAlias(other, ref)
    }
    return ref
  }

  #pointAlias(alias: ChatRef, ref: ChatRef): void {
    this.#newcomers.write('INSERT OR REPLACE INTO aliases (alias, ref) VALUES (?, ?)', alias, ref)
  }

  #canonical(ref: ChatRef): ChatRef {
    return this.#database.get<{ ref: ChatRef }>('SELECT ref FROM aliases WHERE alias = ?', ref)?.ref ?? ref
  }

  #aliases(ref: ChatRef): ChatRef[] {
    return this.#database
      .all<{ alias: ChatRef }>('SELECT alias FROM aliases WHERE ref = ?', ref)
      .map(row => row.alias)
  }

  #chat(row: ChatRow): Chat {
    const aliases = this.#aliases(row.ref)
    const phone = [row.ref, ...aliases].map(phoneOf).find(each => each !== undefined)
    return {
      ref: row.ref,
      displayName: nameOf(row.ref, row, aliases),
      aliases,
      ...(row.kind && { kind: row.kind }),
      ...(row.name && { name: row.name }),
      ...(row.push_name && { pushName: row.push_name }),
      ...(phone && { phone }),
      ...(row.last_activity !== null && { lastActivity: row.last_activity }),
    }
  }
}

const nameOf = (ref: ChatRef, row: ChatRow | undefined, aliases: readonly ChatRef[]): string =>
  row?.name ||
  row?.push_name ||
  [ref, ...aliases].map(phoneOf).find(each => each !== undefined) ||
  (networkOf(ref) === 'telegram' ? addressOf(ref) : nameless[row?.kind ?? 'person'])

/** What is called so of which no name is known. */
const nameless: Readonly<Record<ChatKind, string>> = {
  person: 'Unknown',
  group: 'Unnamed group',
  channel: 'Unnamed channel',
  broadcast: 'Status updates',
}
