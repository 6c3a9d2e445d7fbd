import type { ChatRef } from '../bridge/chat-ref.ts'
import { readStored } from '../bridge/stored-json.ts'
import type { Database } from './database.ts'

/** What one person made of a message. Times: milliseconds since 1970, by the sender's clock, never later than ours. */
export interface StoredReaction {
  readonly person: ChatRef
  readonly emoji: string
  readonly at: number
}

export interface StoredVote {
  readonly person: ChatRef
  readonly choice: readonly number[]
  readonly guests: number
  readonly at: number
}

interface VoteRow {
  person: ChatRef
  choice: string
  guests: number
  at: number
}

/**
 * What people make of messages: one reaction and one vote a person, the latest. A reaction taken back and a vote for
 * nothing stay as rows, so that an older one that comes late changes nothing. One that was stored with a time that is
 * yet to come (our clock was ahead, and has been set back) gives way to whatever comes. Messages are named by their key
 * in `links.ts`.
 */
export class Opinions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** False when a later one is known. */
  react(message: number, { person, emoji, at }: StoredReaction, now: number): boolean {
    const { changes } = this.#database.run(
      `INSERT INTO reactions (message, person, emoji, at) VALUES (?1, ?2, seal(?3), ?4)
       ON CONFLICT (message, person) DO UPDATE SET emoji = excluded.emoji, at = ?4 WHERE ?4 >= at OR at > ?5`,
      message,
      person,
      emoji,
      at,
      now,
    )
    return changes > 0
  }

  /** The first one first. */
  reactions(message: number): StoredReaction[] {
    return this.#database.all<StoredReaction>(
      "SELECT person, emoji, at FROM reactions WHERE message = ? AND unseal(emoji) <> '' ORDER BY at, person",
      message,
    )
  }

  /** False when a later one is known. */
  vote(message: number, { person, choice, guests, at }: StoredVote, now: number): boolean {
    const { changes } = this.#database.run(
      `INSERT INTO votes (message, person, choice, guests, at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (message, person) DO UPDATE SET choice = ?3, guests = ?4, at = ?5 WHERE ?5 >= at OR at > ?6`,
      message,
      person,
      JSON.stringify(choice),
      guests,
      at,
      now,
    )
    return changes > 0
  }

  /** The first one first; of people who chose something, as far as it can be read. */
  votes(message: number): StoredVote[] {
    return this.#database
      .all<VoteRow>(
        "SELECT person, choice, guests, at FROM votes WHERE message = ? AND choice <> '[]' ORDER BY at, person",
        message,
      )
      .flatMap(row => {
        const choice = readStored(row.choice)
        return isChoice(choice) ? [{ ...row, choice }] : []
      })
  }
}

const isChoice = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(option => typeof option === 'number')
