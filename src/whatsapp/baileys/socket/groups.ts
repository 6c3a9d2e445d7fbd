import type { GroupMetadata, WASocket } from '@whiskeysockets/baileys'

/** Who is in which group, over one connection: asked for once, and again after every change. */
export class Groups {
  readonly #sock: Pick<WASocket, 'ev' | 'groupMetadata'>
  readonly #known = new Map<string, GroupMetadata>()

  constructor(sock: Pick<WASocket, 'ev' | 'groupMetadata'>) {
    this.#sock = sock
    sock.ev.on('group-participants.update', ({ id }) => this.forget(id))
    sock.ev.on('groups.update', groups => {
      for (const { id = '' } of groups) this.forget(id)
    })
  }

  /** Rejects when WhatsApp does not tell. */
  async find(jid: string): Promise<GroupMetadata> {
    const known = this.known(jid)
    if (known !== undefined) return known
    const found = await this.#sock.groupMetadata(jid)
    this.#known.set(jid, found)
    return found
  }

  /** Without asking. */
  known(jid: string): GroupMetadata | undefined {
    return this.#known.get(jid)
  }

  forget(jid: string): void {
    this.#known.delete(jid)
  }
}
