import type { NetworkStatus, SessionChange, SessionStore } from '../../../bridge/network.ts'
import { normalizeAddress } from '../../address.ts'
import { forgetGroups } from '../inbound/fetch-groups.ts'
import { type AuthState, isLinked, openAuthState } from '../keys/auth-state.ts'
import type { Me } from '../me.ts'

/** In which words WhatsApp has unlinked this machine; there until the next login. */
const LOGGED_OUT = { type: 'meta', id: 'logged-out' } as const
/** What Baileys calls an account until its name arrives (lib/Socket/socket.js, `requestPairingCode`). */
const UNNAMED = '~'
const UNLINKED = 'WhatsApp is not linked. Type: wa2tg login'

/** The account that this machine is linked to, if it is: who it is, and its keys. */
export class Account {
  readonly #sessions: SessionStore
  #auth: AuthState

  constructor(sessions: SessionStore) {
    this.#sessions = sessions
    this.#auth = openAuthState(sessions)
  }

  /** Credentials and keys; new ones after they were forgotten. */
  get auth(): AuthState {
    return this.#auth
  }

  get isLinked(): boolean {
    return isLinked(this.#auth.state.creds)
  }

  get me(): Me {
    const { id = '', lid, name } = this.#auth.state.creds.me ?? {}
    return { pn: id, ...(lid !== undefined && { lid }), ...(name && name !== UNNAMED && { name }) }
  }

  describe(state: NetworkStatus['state'], problem?: string): NetworkStatus {
    const { me } = this.#auth.state.creds
    const account = this.isLinked ? normalizeAddress(me?.id) : undefined
    const lid = this.isLinked ? normalizeAddress(me?.lid) : undefined
    return {
      state,
      ...(account !== undefined && { account }),
      ...(lid !== undefined && { lid }),
      ...(account !== undefined && me?.name && { name: me.name }),
      ...(problem !== undefined && { problem }),
    }
  }

  /** What there is to say without a link. */
  describeUnlinked(): NetworkStatus {
    const problem = this.#sessions.get(LOGGED_OUT.type, LOGGED_OUT.id)
    return problem === undefined
      ? { state: 'unlinked', problem: UNLINKED, needs: 'person' }
      : { state: 'logged_out', problem, needs: 'person' }
  }

  /** A phone has linked this machine. */
  linked(): void {
    this.#sessions.set([{ ...LOGGED_OUT, value: null }])
  }

  /** WhatsApp has ended the link: the keys are worth nothing, and would keep the next login from beginning. */
  ended(problem: string): void {
    this.forget([{ ...LOGGED_OUT, value: problem }])
  }

  /** Credentials and keys go, and the next account has groups of its own. Throws when the disk does not take it. */
  forget(alongside: readonly SessionChange[] = []): void {
    this.#sessions.transaction(() => {
      this.#auth.forget()
      forgetGroups(this.#sessions)
      this.#sessions.set(alongside)
    })
    this.#auth = openAuthState(this.#sessions)
  }

  /** Everything of it goes. */
  wipe(): void {
    this.#sessions.clear()
    this.#auth = openAuthState(this.#sessions)
  }
}
