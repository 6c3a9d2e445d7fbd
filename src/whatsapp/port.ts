import type { FindMessage, Inbox, Network, SessionStore } from '../bridge/network.ts'
import type { Logger } from '../support/log.ts'

/** The port: what every way into WhatsApp offers beside being a network. */
export interface WhatsAppConnection extends Network {
  /** What time it is at WhatsApp, in milliseconds since 1970, whatever our clock says; undefined until it has said so. */
  readonly time: number | undefined
  /**
   * Links this machine to an account. Yields what the person must see or do and ends after `linked`. Throws
   * `LoginError`. The connection must not be started yet.
   */
  login(options?: LoginOptions): AsyncIterable<LoginStep>
  /**
   * Unlinks this machine at WhatsApp where it can be reached, and forgets the session in any case. Resolves whether WhatsApp
   * has agreed. Throws `StoreError` where the disk does not take what has come.
   */
  logout(): Promise<boolean>
}

export interface LoginOptions {
  /** Asks for a pairing code for this phone (digits in international form) instead of a QR code. */
  readonly phone?: string
  /** Aborts the login; the stream then throws `LoginError` with the reason `aborted`. */
  readonly signal?: AbortSignal
  /** How long to wait for a phone to answer, in milliseconds. */
  readonly timeoutMs?: number
}

export type LoginStep =
  /** A QR code to be shown; each replaces the one before. */
  | { readonly kind: 'qr'; readonly payload: string }
  /** A code of eight characters, to be typed into the phone. */
  | { readonly kind: 'code'; readonly code: string }
  /** The phone has agreed; WhatsApp demands a new connection now. */
  | { readonly kind: 'pairing' }
  /** Connected as the new device; the phone sends its chats. */
  | { readonly kind: 'syncing' }
  | { readonly kind: 'linked'; readonly account: string; readonly lid?: string; readonly name?: string }

export type LoginFailure =
  | 'alreadyLinked'
  | 'refused'
  /** The phone has agreed, and WhatsApp does not let the account in. */
  | 'turnedAway'
  | 'outdated'
  | 'passkey'
  | 'noCode'
  | 'timedOut'
  | 'noNetwork'
  | 'aborted'

export class LoginError extends Error {
  readonly reason: LoginFailure

  constructor(reason: LoginFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LoginError'
    this.reason = reason
  }
}

export interface WhatsAppOptions {
  /** A private test server instead of WhatsApp's own. */
  readonly server?: {
    /** WebSocket address. */
    readonly url: string
    /** Public key that signs the server's certificates: 64 hex digits. */
    readonly rootKey: string
    /** `host:port` that media may come from beside WhatsApp's own hosts; https. */
    readonly mediaHost: string
  }
  readonly sessions: SessionStore
  readonly inbox: Inbox
  readonly findMessage: FindMessage
  /** Whether it tells of messages that were delivered and read. */
  readonly receipts?: boolean
  /** Whether it tells of contacts whose security code has changed. */
  readonly securityCodes?: boolean
  readonly logger: Logger
  /** Whether the page behind a link is looked at, to send a preview with it. Off where nothing is said. */
  readonly linkPreviews?: boolean
}
