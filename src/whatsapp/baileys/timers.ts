import { proto, type WAMessage } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import type { SessionStore } from '../../bridge/network.ts'
import { readStored } from '../../bridge/stored-json.ts'
import { contextInfoOf, toNumber } from './parse/context.ts'
import { unwrap } from './parse/unwrap.ts'

/** How long messages last in a chat. */
export interface Timer {
  /** Seconds; 0 where they do not disappear. */
  readonly seconds: number
  /** When that was set, or heard where it is not said; in seconds since 1970. */
  readonly setAt: number
}

const ROWS = 'timer'
const timerSchema = z.object({ seconds: z.number(), setAt: z.number() })

/**
 * The timers of the chats in which messages disappear, by canonical address. On disk, for what is sent must say how long it
 * lasts, and WhatsApp tells a chat's timer only when it changes or with a message.
 */
export class Timers {
  readonly #sessions: SessionStore
  readonly #now: () => number

  /** @param now what time it is at WhatsApp, in milliseconds since 1970: by its word on the moment a setting is old or new */
  constructor(sessions: SessionStore, now = Date.now) {
    this.#sessions = sessions
    this.#now = now
  }

  /** Undefined where nothing was ever heard, or what was is damaged. */
  of(address: string): Timer | undefined {
    const row = this.#sessions.get(ROWS, address)
    return row === undefined ? undefined : timerSchema.safeParse(readStored(row)).data
  }

  /** The newest setting counts; messages come out of order. One of the future was written down by a clock that was wrong. */
  learn(address: string, { seconds, setAt: claimed }: Timer): void {
    const known = this.of(address)
    const now = Math.ceil(this.#now() / 1000)
    const setAt = Math.min(claimed, now)
    const isOlder = known !== undefined && known.setAt > setAt && known.setAt <= now
    if (isOlder || known?.seconds === seconds) return
    // Most chats have none, and a row for each would say nothing.
    if (known === undefined && seconds === 0) return
    this.#sessions.set([{ type: ROWS, id: address, value: JSON.stringify({ seconds, setAt }) }])
  }
}

const { EPHEMERAL_SETTING } = proto.Message.ProtocolMessage.Type

/**
 * The timer that a message sets or goes by; undefined where it says nothing: one that was written to a chat without a timer
 * looks like one whose writer has not heard of it yet.
 */
export const timerIn = ({ message, messageTimestamp }: WAMessage): Timer | undefined => {
  if (message == null) return undefined
  const { message: inner } = unwrap(message)
  const { protocolMessage: change } = inner
  const sentAt = toNumber(messageTimestamp) ?? 0
  if (change?.type === EPHEMERAL_SETTING) {
    const setAt = toNumber(change.ephemeralSettingTimestamp) || sentAt
    return { seconds: change.ephemeralExpiration ?? 0, setAt }
  }
  const info = contextInfoOf(inner)
  const seconds = info?.expiration ?? 0
  return seconds > 0 ? { seconds, setAt: toNumber(info?.ephemeralSettingTimestamp) || sentAt } : undefined
}

/** What a message says of how long it lasts: as Baileys (lib/Utils/messages.js) and mautrix-whatsapp write it. */
export const renderTimer = (timer: Timer | undefined): proto.IContextInfo =>
  timer === undefined || timer.seconds === 0
    ? {}
    : {
        expiration: timer.seconds,
        ...(timer.setAt > 0 && { ephemeralSettingTimestamp: timer.setAt }),
      }
