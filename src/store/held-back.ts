import type { SessionStore } from '../bridge/network.ts'

const type = 'event'

/** What is kept back, in the order in which it came, as JSON (`bridge/receive/held.ts`): it has yet to become jobs. */
export class HeldBack {
  readonly #session: SessionStore

  constructor(session: SessionStore) {
    this.#session = session
  }

  list(): readonly { readonly id: string; readonly value: string }[] {
    return [...this.#session.list(type)]
  }

  get count(): number {
    return this.list().length
  }

  add(value: string): void {
    const last = this.list().at(-1)?.id ?? 0
    this.#session.set([{ type, id: String(Number(last) + 1), value }])
  }

  drop(ids: readonly string[]): void {
    this.#session.set(ids.map(id => ({ type, id, value: null })))
  }
}
