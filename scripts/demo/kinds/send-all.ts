import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../../test/simulators/eventually.ts'
import type { Side } from '../show.ts'
import type { Chat, Kind } from './chat.ts'
import { changesOf, inTelegram, inWhatsApp, type View } from './view.ts'

const sides = ['telegram', 'whatsapp'] as const satisfies Side[]
type Views = Readonly<Record<Side, View>>

/** What became of one kind. */
export interface Row {
  readonly kind: Kind
  /** What is new, on the sides that were looked at; on both when it failed. */
  readonly news: readonly { readonly side: Side; readonly line: string }[]
  /** Why it failed. */
  readonly problem?: string
}

/** Long enough for a message that nobody can decrypt, and for a busy machine. */
const patienceMs = 120_000

/** A copy too many would come late. */
const nothing: Kind = {
  name: 'Nothing more',
  sent: '',
  make: () => sleep(1000),
  telegram: [],
  whatsapp: [],
}

/**
 * Sends one kind after another in a chat. Each must leave on the other side exactly what it says, a line for each
 * message; what comes unasked is seen at the next kind.
 */
export const sendAll = async (chat: Chat, kinds: readonly Kind[]): Promise<Row[]> => {
  const rows: Row[] = []
  let before = lookAt(chat)
  for (const kind of [...kinds, nothing]) {
    const problem = await send(kind, { chat, before })
    const after = lookAt(chat)
    const news = sides
      .filter(side => problem !== undefined || kind[side] !== undefined)
      .flatMap(side => changesOf(before[side], after[side]).map(line => ({ side, line })))
    if (kind !== nothing || problem !== undefined)
      rows.push({ kind, news, ...(problem !== undefined && { problem }) })
    before = after
  }
  return rows
}

/** Returns why it did not come out right. */
const send = async (
  kind: Kind,
  { chat, before }: { chat: Chat; before: Views },
): Promise<string | undefined> => {
  const arrived = (): boolean => {
    const after = lookAt(chat)
    return sides.every(side => matches(changesOf(before[side], after[side]), kind[side]))
  }
  try {
    await kind.make(chat)
    await eventually(arrived, wanted(kind), patienceMs)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const wanted = (kind: Kind): string =>
  sides
    .flatMap(side => (kind[side] ? [`${side} to show ${kind[side].join(' and ') || 'nothing'}`] : []))
    .join(', ')

const lookAt = (chat: Chat): Views => ({ telegram: inTelegram(chat), whatsapp: inWhatsApp(chat) })

const matches = (lines: readonly string[], patterns: readonly RegExp[] | undefined): boolean =>
  patterns === undefined ||
  (lines.length === patterns.length && patterns.every((pattern, index) => pattern.test(lines[index] ?? '')))
