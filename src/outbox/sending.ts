import { type ChatRef, networkOf } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'

/** Whether a message id is one of those that go out for the delivery with that id. */
export type IsPart = (id: string, messageId: string) => boolean

/** What the job that sends a message carries. */
export interface Sending {
  readonly id: number
  /** Key of the message that it carries, or changes. */
  readonly source: number
  /** JSON. */
  readonly event: string
}

interface Row extends Sending {
  readonly message_id: string
}

/**
 * Where the job sends what it carries that brings a message, or a change of it, to WhatsApp, whatever has become of the job; or
 * the last one that does so in `lane` to whatever network, and has not failed.
 */
export const findDestination = (database: Database, source: number, lane?: string): ChatRef | undefined =>
  database.get<{ target: ChatRef }>(
    lane === undefined
      ? "SELECT target FROM jobs WHERE source = ?1 AND target GLOB 'whatsapp:*' ORDER BY id LIMIT 1"
      : "SELECT target FROM jobs WHERE source = ?1 AND lane = ?2 AND state <> 'failed' ORDER BY id DESC LIMIT 1",
    source,
    ...(lane === undefined ? [] : [lane]),
  )?.target

/**
 * The job whose first message in a chat has this id, whatever has become of the job; or which is at work, or in doubt, and
 * has a further message with this id. Only WhatsApp lets the bridge choose its ids.
 */
export const findSending = (
  database: Database,
  { target, id, isPart }: { target: ChatRef; id: string; isPart: IsPart | undefined },
): Sending | undefined => {
  if (networkOf(target) !== 'whatsapp') return undefined
  const toWhatsApp =
    "SELECT id, source, event, message_id FROM jobs WHERE target = ? AND target GLOB 'whatsapp:*'"
  const first = database.get<Row>(`${toWhatsApp} AND message_id = ?`, target, id)
  if (first !== undefined || isPart === undefined) return first
  const underWay = database.all<Row>(`${toWhatsApp} AND (state = 'sending' OR unsure = 1)`, target)
  return underWay.find(row => isPart(id, row.message_id))
}
