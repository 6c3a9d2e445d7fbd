import type { BinaryNode, GroupMetadata, WASocket } from '@whiskeysockets/baileys'
import { readError } from '../errors.ts'
import { inTime } from '../in-time.ts'

/** Baileys' own word of a change may come long behind this: it handles one notification at a time, and asks WhatsApp meanwhile. */
const NOTICE = 'CB:notification,type:w:gp2'

type Asked = Pick<WASocket, 'ev' | 'ws' | 'groupMetadata' | 'groupFetchAllParticipating'>

/** Who is in which group, over one connection: asked for once, however many wait for the answer, and again after every change. */
export class Groups {
  readonly #sock: Asked
  readonly #known = new Map<string, GroupMetadata>()
  readonly #asked = new Map<string, Promise<GroupMetadata>>()
  /** On the clock that nobody sets, in milliseconds. */
  #restsUntil = 0
  readonly #restMs: number

  /** @param restMs for how long nobody waits again behind a question that was too much (429), or that was not answered soon */
  constructor(sock: Asked, restMs: number) {
    this.#sock = sock
    this.#restMs = restMs
    sock.ws.on(NOTICE, ({ attrs: { from = '' } }: BinaryNode) => this.forget(from))
    sock.ev.on('groups.update', groups => {
      for (const { id = '' } of groups) this.forget(id)
    })
  }

  /**
   * All of the account, and those of which a notice came while WhatsApp was asked: what it says of them may be of before.
   * None where there is no answer in a minute (lib/Socket/socket.js, `waitForMessage`). Rejects when WhatsApp does not tell.
   */
  async all(): Promise<{ groups: GroupMetadata[]; told: ReadonlySet<string> }> {
    const told = new Set<string>()
    const hear = ({ attrs: { from = '' } }: BinaryNode) => void told.add(from)
    this.#sock.ws.on(NOTICE, hear)
    try {
      return { groups: Object.values(await this.#sock.groupFetchAllParticipating()), told }
    } finally {
      this.#sock.ws.off(NOTICE, hear)
    }
  }

  /** Rejects when WhatsApp does not tell. */
  async find(jid: string): Promise<GroupMetadata> {
    return this.known(jid) ?? (await (this.#asked.get(jid) ?? this.#ask(jid)))
  }

  /**
   * For whoever keeps all chats waiting: rejects also when it is not told soon, and at once where a moment ago it was not. What it tells
   * is of no time before the last notice of the group.
   */
  async findSoon(jid: string): Promise<GroupMetadata> {
    const known = this.known(jid)
    if (known !== undefined) return known
    if (performance.now() < this.#restsUntil) throw new Error('WhatsApp has just not told of a group')
    let found: GroupMetadata | undefined
    try {
      found = await inTime(this.#findPresent(jid))
    } catch (error) {
      const { data } = readError(error)
      if (typeof data !== 'number' || data === 429) this.#restsUntil = performance.now() + this.#restMs
      throw error
    }
    if (found === undefined) throw new Error('A group changes while WhatsApp is asked about it')
    return found
  }

  /** Undefined where it has changed since WhatsApp was asked, twice. */
  async #findPresent(jid: string): Promise<GroupMetadata | undefined> {
    for (let tries = 0; tries < 2; tries += 1) {
      const found = await this.find(jid)
      if (this.known(jid) === found) return found
    }
    return undefined
  }

  /** Without asking. */
  known(jid: string): GroupMetadata | undefined {
    return this.#known.get(jid)
  }

  /** Also of what is on its way: that may be of before. */
  forget(jid: string): void {
    this.#known.delete(jid)
    this.#asked.delete(jid)
  }

  async #ask(jid: string): Promise<GroupMetadata> {
    const asked = this.#sock.groupMetadata(jid)
    this.#asked.set(jid, asked)
    try {
      const found = await asked
      if (this.#asked.get(jid) === asked) this.#known.set(jid, found)
      return found
    } finally {
      if (this.#asked.get(jid) === asked) this.#asked.delete(jid)
    }
  }
}
