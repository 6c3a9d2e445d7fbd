import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Standing } from '../../../bridge/network.ts'
import { moment } from './lines.ts'

/** The account may write first to nobody for a time (Baileys' `ReachoutTimelockState`). */
export interface Timelock {
  readonly active: boolean
  /** Seconds since 1970. */
  readonly ends?: number
  readonly kind?: string
}

/** Of linked devices alone; the phone goes on as ever (WhatsApp Web, `WAWebReachoutTimelockRestrictedModal`). */
const LINKED_ONLY: ReadonlySet<string> = new Set(['WEB_COMPANION_ONLY', 'RESTRICT_ALL_COMPANIONS'])

/**
 * What a `<notification type="mex">` says of how the account stands. Read as Baileys reads it (lib/Socket/messages-recv.js,
 * `handleMexNotification`), which knows no `RESTRICT_ALL_COMPANIONS` and takes it for another kind. Pure.
 *
 * @param now seconds since 1970
 */
export const standingIn = ({ tag, attrs, content }: BinaryNode, now: number): Standing | undefined => {
  if (tag !== 'notification' || attrs['type'] !== 'mex' || !Array.isArray(content)) return undefined
  const update = content.find(child => child.tag === 'update')
  const data = dataIn(update?.content)
  switch (update?.attrs['op_name']) {
    case 'NotificationUserReachoutTimelockUpdate': {
      const lock = fieldsOf(data?.['xwa2_notify_account_reachout_timelock'])
      return lock && lockStanding(readLock(lock), now)
    }
    case 'MessageCappingInfoNotification': {
      const cap = fieldsOf(data?.['xwa2_notify_new_chat_messages_capping_info_update'])
      return cap && capStanding(cap, now)
    }
    default:
      return undefined
  }
}

/**
 * What a restriction means to the owner. That chats go on, and new ones do not begin, are WhatsApp Web's own words
 * (`WAWebReachoutTimelockRestrictedModal`); groups and whoever has given a privacy token are not held up
 * (`canSendMsgWhileTimelocked`).
 */
export const lockStanding = ({ active, ends, kind = 'DEFAULT' }: Timelock, now: number): Standing => {
  const about = 'new chats'
  if (!active || (ends !== undefined && ends <= now)) return { about }
  const until = moment(ends)
  const [whom, goesOn, phone] = LINKED_ONLY.has(kind)
    ? [
        'your linked devices, this bridge among them,',
        'go on, as long as WhatsApp does not unlink it',
        'Your phone is not restricted.',
      ]
    : ['your account', 'go on as before', 'Look at your phone for the reason.']
  const text = [
    `WhatsApp has restricted ${whom}${until === '' ? ' for now' : ` until ${until}`}: nobody new can be written to. Chats and groups that you have ${goesOn}.`,
    `${phone} What you write here to somebody new is refused, and an answer under it says so. Do not try it again meanwhile: that can make it longer.`,
  ].join('\n\n')
  return { about, trouble: { id: `${kind} ${ends ?? ''}`, text } }
}

/**
 * A limit on how many people, who have not answered, an account may write to in a month (WhatsApp Web,
 * `WAWebIndividualNewChatMessageCappedModal`, `WAWebIndividualNewChatMessageCappingLimitUtils`).
 */
const capStanding = (cap: Fields, now: number): Standing => {
  const about = 'new chats a month'
  const status = cap['capping_status']
  const [total, used, ends] = ['total_quota', 'used_quota', 'cycle_end_timestamp'].map(key =>
    numberIn(cap[key]),
  )
  const isFull = status === 'CAPPED'
  const isNear = status === 'FIRST_WARNING' || status === 'SECOND_WARNING'
  if ((!isFull && !isNear) || (ends !== undefined && ends <= now)) return { about }
  const when = moment(ends)
  const count = total === undefined ? '' : isFull ? ` (${total})` : ` (${used ?? 0} of ${total})`
  const text = isFull
    ? `WhatsApp lets your account begin no more new chats${when === '' ? ' this month' : ` until ${when}`}: it has reached its monthly limit of people written to who have not answered${count}. Chats and groups that you have go on as before.`
    : `WhatsApp warns that your account comes near its monthly limit of new chats, with people who have not answered${count}.${when === '' ? '' : ` It counts anew from ${when} on.`}`
  return { about, trouble: { id: `${status} ${ends ?? ''}`, text } }
}

type Fields = Readonly<Record<string, unknown>>

const readLock = (lock: Fields): Timelock => {
  const ends = numberIn(lock['time_enforcement_ends'])
  const kind = lock['enforcement_type']
  return {
    active: lock['is_active'] === true,
    ...(ends !== undefined && { ends }),
    ...(typeof kind === 'string' && { kind }),
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined

/** Numbers come as such or as text; 0 and -1 stand for none. */
const numberIn = (value: unknown): number | undefined => {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

const dataIn = (content: BinaryNode['content']): Fields | undefined => {
  if (content === undefined || Array.isArray(content)) return undefined
  try {
    return fieldsOf(fieldsOf(JSON.parse(content.toString()))?.['data'])
  } catch {
    return undefined
  }
}
