import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  DEFAULT_CONNECTION_CONFIG,
  type SignalKeyStoreWithTransaction,
  type SocketConfig,
} from '@whiskeysockets/baileys'
import { inTime } from '../in-time.ts'
import type { Journal } from '../inbound/journal.ts'
import { StorageError } from './auth-state.ts'
import { hushed } from './hush.ts'
import { keepSessions } from './kept-sessions.ts'
import { LeftOut } from './left-out.ts'
import { askForLids } from './lid-lookup.ts'
import { setOwn } from './own-rows.ts'
import { injectOnce } from './same-keys.ts'
import { decryptForGroup } from './sender-keys.ts'
import { isSignedPreKey } from './trust.ts'
import { leaveOtherSessions } from './untouched-session.ts'

/** What the wrapper tells about each ciphertext that Baileys hands to it. */
export interface Openings {
  /** Whether the socket can still acknowledge what it brought. */
  isAlive(): boolean
  /** Plaintext and ratchet are on disk, or were already. */
  opened(hash: string): void
  failed(hash: string, error: unknown): void
  /** Whether an address is that of this very device. */
  isMyself(jid: string): boolean
  /** WhatsApp gave keys of somebody that do not verify. */
  forged(): void
  /** Keys of a device were of another identity than before, and WhatsApp had not said so. */
  renewed(jid: string, identity: string): void
}

/** More steps wait only behind what goes to a big group: for each of its devices one that takes a commit or two. */
const crowd = 100

/**
 * One Signal step at a time, over all sockets: an old one may still be at work when the next has opened. Before each of them
 * timers and sockets have their turn: Baileys would take the line for dead after 35 s, and the disk's commits do not wait.
 */
export class Turns {
  readonly #moved: () => void
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #isStopped = false

  /** `moved` is called behind each step of a crowd: whoever waits for longer than usual is not stuck. */
  constructor(moved: () => void) {
    this.#moved = moved
  }

  take<T>(step: () => Promise<T>): Promise<T> {
    this.#waiting += 1
    const result = this.#last
      .then(() => nextTurn())
      .then(() => {
        if (this.#isStopped) throw new Error('The bridge has stopped')
        return step()
      })
    this.#last = result.catch(() => undefined).then(() => this.#passed())
    return result
  }

  /** Resolves when the step that is under way is over, or hangs; no other begins. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await inTime(this.#last).catch(() => undefined)
  }

  #passed(): void {
    this.#waiting -= 1
    if (this.#waiting > crowd) this.#moved()
  }
}

/**
 * Baileys' Signal repository with nine things put right.
 *
 * 1. Journal: the plaintext is committed together with the ratchet step that produced it, and a ciphertext that comes
 *    again is answered from there. Baileys sends the receipt after `decrypt…` has resolved
 *    (lib/Socket/messages-recv.js, handleMessage), so what it acknowledges is on disk.
 * 2. One step at a time, each in a transaction of its own: Baileys sends inside one long transaction
 *    (lib/Socket/messages-send.js, relayMessage) whose cached session would overwrite what a message received
 *    meanwhile has changed, and which commits the ratchet only after the stanza is on the wire. libsignal's job queue
 *    moreover runs a waiting job in the async context, hence in the transaction, of the job before it.
 * 3. libsignal prints sessions with their private keys on the console when it closes one: not here.
 * 4. The signature of a signed prekey is checked: libsignal's session builder ignores the answer of its own check. Where it
 *    is wrong there is no session, and no error: Baileys would send to nobody else of the group either.
 * 5. A message spoils no session but its own (`untouched-session.ts`).
 * 6. A question for the LID of a sender that fails costs no message (`lid-lookup.ts`).
 * 7. The same keys make no second session, and it is told when keys are of a new identity (`same-keys.ts`).
 * 8. The key of a member of a group is found under either address (`sender-keys.ts`).
 * 9. A message of a new identity costs no session (`kept-sessions.ts`).
 */
export const journalledRepository =
  (journal: Journal, turns: Turns, openings: Openings): SocketConfig['makeSignalRepository'] =>
  (auth, logger, pnToLid) => {
    leaveOtherSessions()
    const keys = auth.keys as SignalKeyStoreWithTransaction
    const kept = { ...auth, keys: keepSessions(keys) }
    const real = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(kept, logger, pnToLid)
    askForLids(real.lidMapping, keys)
    const outside = AsyncLocalStorage.snapshot()
    const inTurn = <T>(step: () => Promise<T>): Promise<T> => turns.take(() => outside(() => hushed(step)))

    const open = async (
      ciphertext: Uint8Array,
      lock: string,
      decrypt: () => Promise<Uint8Array>,
    ): Promise<Uint8Array> => {
      const hash = journal.hashOf(ciphertext)
      const known = journal.plaintext(hash)
      if (known !== undefined) {
        openings.opened(hash)
        return known
      }
      // A step of the ratchet without a row in the journal would be a message lost. The socket may close while it is taken.
      const envelope = journal.expected(hash)
      if (!openings.isAlive() || envelope === undefined) throw new Error('The socket is closed')
      try {
        const plaintext = await keys.transaction(async () => {
          const text = await decrypt()
          await setOwn(keys, 'journal', journal.rowsFor(envelope, hash, text))
          return text
        }, lock)
        openings.opened(hash)
        return plaintext
      } catch (error) {
        // Where the disk refused the commit, the socket is dead by now, and the message comes again (`watchDisk`).
        if (!(error instanceof StorageError)) openings.failed(hash, error)
        throw error
      }
    }

    return {
      ...real,
      decryptMessage: options =>
        inTurn(() => open(options.ciphertext, options.jid, () => real.decryptMessage(options))),
      decryptGroupMessage: options =>
        inTurn(() =>
          open(options.msg, options.group, () =>
            decryptForGroup(options, { decrypt: real.decryptGroupMessage, keys }),
          ),
        ),
      injectE2ESession: options => {
        const { identityKey, signedPreKey } = options.session
        if (isSignedPreKey(identityKey, signedPreKey))
          return inTurn(() => injectOnce(options, { keys, repository: real, renewed: openings.renewed }))
        LeftOut.noteForged(options.jid)
        openings.forged()
        return Promise.resolve()
      },
      // In groups that use LIDs Baileys takes this very device for another one (lib/Utils/signal.js, extractDeviceJids)
      // and would ask WhatsApp for its keys. A recipient that fails is left out.
      encryptMessage: async options => {
        try {
          if (openings.isMyself(options.jid)) throw new Error('Nothing is sent to this very device')
          return await inTurn(() => real.encryptMessage(options))
        } catch (error) {
          const lid = await real.lidMapping.getLIDForPN(options.jid).catch(() => null)
          LeftOut.noteFailed(options.jid, lid ?? undefined)
          throw error
        }
      },
      encryptGroupMessage: options => inTurn(() => real.encryptGroupMessage(options)),
      getSenderKeyDistributionMessage: options => inTurn(() => real.getSenderKeyDistributionMessage(options)),
      processSenderKeyDistributionMessage: options =>
        inTurn(() => real.processSenderKeyDistributionMessage(options)),
      validateSession: jid =>
        openings.isMyself(jid) ? Promise.resolve({ exists: true }) : inTurn(() => real.validateSession(jid)),
      hasSenderKey: options => inTurn(() => real.hasSenderKey(options)),
      getSessionInfo: jid => inTurn(() => real.getSessionInfo(jid)),
      deleteSession: jids => inTurn(() => real.deleteSession(jids)),
      migrateSession: (from, to) => inTurn(() => real.migrateSession(from, to)),
    }
  }
