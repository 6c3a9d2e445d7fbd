import { setTimeout as sleep } from 'node:timers/promises'
import { normalizeAddress } from '../address.ts'
import { LoginError, type LoginOptions, type LoginStep } from '../port.ts'
import { type AfterClose, afterClose, isOutdated } from './connection/after-close.ts'
import { causeOf, isRefusal, refused, tooOld, turnedAway, unreached } from './connection/login-refusal.ts'
import { type AuthState, isLinked, StorageError } from './keys/auth-state.ts'
import type { Timing } from './socket/timing.ts'
import type { Socket, SocketUpdate } from './socket.ts'

export interface LoginPort {
  /** The credentials in use; new ones after `reset`. */
  auth(): AuthState
  /** Forgets what an earlier link or an unfinished login left. */
  reset(): void
  open(onUpdate: (update: SocketUpdate) => void): Socket
  /** What follows when WhatsApp takes this version no more (`ClientVersion.renew`). */
  renewVersion(signal: AbortSignal): Promise<AfterClose>
  readonly timing: Timing
}

/** How long a person may look for the phone. */
const TIMEOUT_MS = 10 * 60_000
/** The first sync has come when Baileys counts it; it gives up waiting for it after 20 s itself. */
const SYNC_MS = 45_000
/** Connections that may end before a phone has answered. Four do where all is well: each runs out of codes. */
const MOST_ENDS = 20
/**
 * Links this machine. Sockets follow one another: each shows its QR codes until they run out (408, after some 160 s)
 * and is replaced by the next; when the phone has agreed, WhatsApp closes with 515 and the next socket logs in as the
 * new device and receives the first sync. Throws `LoginError`, and `StorageError` where the disk does not take what has
 * to be kept.
 */
export async function* login(options: LoginOptions, port: LoginPort): AsyncGenerator<LoginStep> {
  if (isLinked(port.auth().state.creds)) {
    throw new LoginError(
      'alreadyLinked',
      'This machine is linked already; unlink it first with "wa2tg logout"',
    )
  }
  port.reset()
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
  const attempt = new Attempt(port, signal)
  try {
    yield* pair(attempt, options, port)
    yield* enter(attempt, port)
  } catch (error) {
    if (attempt.refusedByDisk !== undefined) throw attempt.refusedByDisk
    if (!signal.aborted || error instanceof LoginError) throw error
    if (isLinked(port.auth().state.creds)) throw brokenOff(error)
    throw timeout.aborted
      ? new LoginError('timedOut', 'No phone has answered in time; try "wa2tg login" again', { cause: error })
      : new LoginError('aborted', 'The login was stopped', { cause: error })
  } finally {
    await attempt.end()
    // An unfinished pairing code would make the next connect log in as the phone itself.
    if (!isLinked(port.auth().state.creds)) port.reset()
  }
}

const brokenOff = (cause: unknown): LoginError =>
  new LoginError(
    'aborted',
    'The login was stopped when the phone had agreed already; go on with "wa2tg run", which says if this machine is not linked',
    { cause },
  )

/** Shows codes until a phone has agreed. */
async function* pair(attempt: Attempt, options: LoginOptions, port: LoginPort): AsyncGenerator<LoginStep> {
  let shown = false
  let asked = false
  let ends = 0
  attempt.open()
  while (true) {
    const update = await attempt.next()
    if (update.qr !== undefined && options.phone === undefined) {
      shown = true
      yield { kind: 'qr', payload: update.qr }
    } else if (update.qr !== undefined && options.phone !== undefined && !asked) {
      const code = await attempt.askForCode(options.phone)
      shown = true
      asked = true
      if (code !== undefined) yield { kind: 'code', code }
    }
    if (update.isNewLogin) yield { kind: 'pairing' }
    if (update.ending === undefined) continue
    if (isLinked(port.auth().state.creds)) return
    const isOld = isOutdated(update.ending)
    if (isOld) await attempt.renewVersion()
    else if (isRefusal(update.ending)) throw refused(update.ending)
    else if (!shown) throw unreached(update.ending)
    else if (++ends > MOST_ENDS)
      throw new LoginError('noNetwork', 'The connection to WhatsApp breaks off again and again; try later')
    asked = false
    port.reset()
    if (!isOld) await attempt.pause()
    attempt.open()
  }
}

/** Logs in as the new device and waits for the first sync. */
async function* enter(attempt: Attempt, port: LoginPort): AsyncGenerator<LoginStep> {
  let opened = false
  for (let tries = 0; !opened; ) {
    attempt.open()
    while (true) {
      const update = await attempt.next()
      if (update.connection === 'open') opened = true
      if (opened || update.ending !== undefined) {
        if (update.ending === undefined) break
        if (isOutdated(update.ending)) await attempt.renewVersion()
        else if (isRefusal(update.ending)) {
          const next = afterClose(update.ending)
          if (next.do === 'stop' && next.state === 'logged_out') port.reset()
          throw turnedAway(update.ending)
        }
        tries += 1
        if (tries > 5)
          throw new LoginError('noNetwork', 'WhatsApp cannot be reached any more; start "wa2tg run"')
        await attempt.pause()
        break
      }
    }
  }
  yield { kind: 'syncing' }
  await attempt.synced()
  const { me } = port.auth().state.creds
  const lid = normalizeAddress(me?.lid)
  yield {
    kind: 'linked',
    account: normalizeAddress(me?.id) ?? '',
    ...(lid !== undefined && { lid }),
    ...(me?.name && { name: me.name }),
  }
}

/** The sockets of one login, one at a time, and what they say as a queue. */
class Attempt {
  readonly #port: LoginPort
  readonly #signal: AbortSignal
  readonly #hopeless = new AbortController()
  readonly #updates: SocketUpdate[] = []
  #wake: () => void = () => undefined
  #socket: Socket | undefined
  /** What a socket died of, if the disk did not take what had to be kept: another one will not help. */
  refusedByDisk: StorageError | undefined

  constructor(port: LoginPort, signal: AbortSignal) {
    this.#port = port
    this.#signal = AbortSignal.any([signal, this.#hopeless.signal])
    this.#signal.addEventListener('abort', () => this.#wake())
  }

  open(): void {
    const socket = this.#port.open(update => {
      if (this.#socket !== undefined && this.#socket !== socket) return
      this.#mindDisk(update)
      this.#updates.push(update)
      this.#wake()
    })
    this.#socket = socket
  }

  async next(): Promise<SocketUpdate> {
    while (true) {
      this.#signal.throwIfAborted()
      const update = this.#updates.shift()
      if (update !== undefined) return update
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** Resolves `undefined` when the connection has ended in between. */
  async askForCode(phone: string): Promise<string | undefined> {
    const socket = this.#socket
    if (socket === undefined) throw new Error('There is no socket to ask on')
    return await socket.sock.requestPairingCode(phone.replace(/\D/g, '')).catch((error: unknown) => {
      if (socket.isAlive) throw error
      return undefined
    })
  }

  /** Resolves when there is a newer version to try with. */
  async renewVersion(): Promise<void> {
    const next = await this.#port.renewVersion(this.#signal)
    this.#signal.throwIfAborted()
    if (next.do === 'stop') throw tooOld()
    if (next.when !== 'now') {
      throw new LoginError('noNetwork', `${next.problem}; check the internet connection`)
    }
  }

  pause(): Promise<void> {
    return sleep(this.#port.timing.firstPause, undefined, { signal: this.#signal })
  }

  /** Resolves when the first sync is in, or did not come in time: what is late comes during `run`. */
  async synced(): Promise<void> {
    const until = Date.now() + SYNC_MS
    const { creds } = this.#port.auth().state
    while (creds.accountSyncCounter === 0 && Date.now() < until) {
      this.#signal.throwIfAborted()
      await sleep(50, undefined, { signal: this.#signal })
    }
    // Baileys counts it while it may still be reading what has come (lib/Socket/chats.js, upsertMessage).
    const late = sleep(Math.max(0, until - Date.now()), undefined, { ref: false })
    await Promise.race([this.#socket?.handledAll(), late])
  }

  async end(): Promise<void> {
    await this.#socket?.end()
    this.#socket = undefined
  }

  #mindDisk({ ending }: SocketUpdate): void {
    const cause = causeOf(ending)
    if (!(cause instanceof StorageError)) return
    this.refusedByDisk = cause
    this.#hopeless.abort()
  }
}
