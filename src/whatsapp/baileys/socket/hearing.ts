/** Milliseconds. */
export interface HearingTimes {
  /** Quiet after which the server is asked at the earliest, and at the latest. */
  readonly shortest: number
  readonly longest: number
  /** For how far back real quiet is remembered. */
  readonly memory: number
  /** After which an acknowledged message of ours should have brought at least one receipt. */
  readonly unanswered: number
  /** Quiet after which the server is asked while there is reason for suspicion, and how long that lasts. */
  readonly suspicious: number
  readonly suspicion: number
  /** How late the server may be with something without being taken for deaf. */
  readonly slack: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

export const HEARING: HearingTimes = {
  shortest: 10 * MINUTE,
  longest: 4 * HOUR,
  memory: 6 * HOUR,
  unanswered: 2 * MINUTE,
  suspicious: 2 * MINUTE,
  suspicion: HOUR,
  slack: 20_000,
}

/** So often within the time of suspicion, and a new connection does not help. */
const HOPELESS = 3

/**
 * Whether WhatsApp's server still passes things on to us. A connection can be open, answer pings and acknowledge what we
 * send, and yet bring nothing: that is told from a quiet chat list only by asking, and the one question whose answer
 * proves it is a new login, behind which everything comes that was held back.
 *
 * So it is asked seldom. Quiet is suspicious when it is three times as long as the longest of the last hours, and again
 * after twice that time; or when we have sent something and not even the own phone has sent a receipt; or when the phone has
 * changed something and we were not told. What a new login
 * brings that the connection before should have brought is the proof; from then on two minutes of quiet are enough, for
 * an hour.
 *
 * All times are those of a clock that nobody sets (`performance.now`).
 */
export class Hearing {
  readonly #times: HearingTimes
  readonly #now: () => number
  readonly #quiets: { readonly end: number; readonly length: number }[] = []
  readonly #proofs: number[] = []
  #heardAt: number
  #askedAt: number | undefined
  /** Logins since something was heard that brought nothing, and when the last one was. */
  #checks = 0
  #checkedAt = Number.NEGATIVE_INFINITY
  #isChecking = false
  #lastUnanswered = Number.NEGATIVE_INFINITY
  #isUntold = false
  #lastUntold = Number.NEGATIVE_INFINITY

  constructor(times: HearingTimes = HEARING, now: () => number = () => performance.now()) {
    this.#times = times
    this.#now = now
    this.#heardAt = now()
  }

  /** A connection has logged in. While there was none, nothing could be heard: that is no quiet. */
  opened(): void {
    // Whatever the connection before was not told, a login brings.
    this.#isUntold = false
    if (!this.#isChecking) this.#heardAt = this.#now()
  }

  /** The server has passed something on, live. */
  heard(): void {
    const now = this.#now()
    this.#quiets.push({ end: now, length: now - this.#heardAt })
    while ((this.#quiets[0]?.end ?? now) < now - this.#times.memory) this.#quiets.shift()
    // Bursts are many short ones: one stands for all that are shorter and older.
    if (this.#quiets.length > 100) this.#quiets.splice(0, 50, longestOf(this.#quiets.slice(0, 50)))
    this.#heardAt = now
    this.#askedAt = undefined
    this.#isUntold = false
    this.#checks = 0
  }

  /** For how long nothing was passed on, in milliseconds. */
  get quiet(): number {
    return this.#now() - this.#heardAt
  }

  /** Something has happened that should have been passed on (`untold.ts`). */
  untold(): void {
    this.#isUntold = true
  }

  /** The server has acknowledged a message of ours: receipts should follow. */
  sent(): void {
    this.#askedAt ??= this.#now()
  }

  /** Why it is time for a new login, if it is; the login is then up to the caller. */
  takeDoubt(): string | undefined {
    const now = this.#now()
    const quiet = now - Math.max(this.#heardAt, this.#checkedAt)
    const isUnanswered =
      this.#askedAt !== undefined &&
      now - this.#askedAt >= this.#times.unanswered &&
      now - this.#lastUnanswered >= this.#times.suspicion
    const isUntold = this.#isUntold && now - this.#lastUntold >= this.#times.suspicion
    if (!isUnanswered && !isUntold && quiet < this.#patience(now)) return undefined
    if (isUnanswered) this.#lastUnanswered = now
    if (isUntold) this.#lastUntold = now
    this.#isUntold = false
    this.#askedAt = undefined
    this.#checkedAt = now
    this.#isChecking = true
    if (isUnanswered) return 'No receipt for what was sent'
    return isUntold ? 'WhatsApp did not tell what the phone has changed' : 'It has been quiet for long'
  }

  /**
   * A new connection has brought all that waited. `missed`: how much of it the one before should have brought. Returns
   * whether there was any.
   */
  judge(missed: number): boolean {
    const now = this.#now()
    if (missed > 0) {
      this.#proofs.push(now)
      this.#heardAt = now
      this.#checks = 0
    } else if (this.#isChecking) {
      this.#checks += 1
    }
    this.#isChecking = false
    return missed > 0
  }

  /** New connections do not help: it fell silent again and again. */
  get isHopeless(): boolean {
    return this.#recentProofs(this.#now()) >= HOPELESS
  }

  #patience(now: number): number {
    const { shortest, longest, suspicious, memory } = this.#times
    if (this.#recentProofs(now) > 0) return suspicious
    const lengths = this.#quiets.filter(({ end }) => end >= now - memory).map(({ length }) => length)
    const usual = Math.max(shortest, 3 * Math.max(0, ...lengths))
    return Math.min(longest, usual * 2 ** this.#checks)
  }

  #recentProofs(now: number): number {
    return this.#proofs.filter(at => at >= now - this.#times.suspicion).length
  }
}

const longestOf = (quiets: readonly { readonly end: number; readonly length: number }[]) =>
  quiets.reduce((one, other) => (other.length > one.length ? other : one))
