import { textOf } from '../../test/simulators/samples.ts'
import type { Pair } from './stage.ts'

/** How what was seen differs from what was said. */
export interface Verdict {
  readonly sent: number
  readonly lost: number
  readonly doubled: number
  /** Messages that stand behind one that was said later. */
  readonly disordered: number
}

/** Compares what was said in one direction with what stands on the other side, in its order there. */
export const compare = (said: readonly string[], seen: readonly string[]): Verdict => {
  const first = new Map(seen.map((text, index) => [text, index] as const).reverse())
  const arrived = said.filter(text => first.has(text))
  let latest = -1
  let disordered = 0
  for (const text of arrived) {
    const at = first.get(text) ?? -1
    if (at < latest) disordered += 1
    latest = Math.max(latest, at)
  }
  const doubled = seen.length - new Set(seen).size
  return { sent: said.length, lost: said.length - arrived.length, doubled, disordered }
}

/** What a person sees of the messages in Telegram, where one may hold several, each on a line of its own. */
export const seenInTelegram = ({ group }: Pair): string[] =>
  group
    .transcript()
    .flatMap(({ text }) => text.split('\n'))
    .filter(line => line.startsWith('Message '))

/** What the contact reads on the phone; a message under one id that came twice is one. */
export const seenOnWhatsApp = ({ contact }: Pair): string[] =>
  contact.inbox.map(({ message }) => textOf(message)).filter(text => text.startsWith('Answer '))

export const add = (all: readonly Verdict[]): Verdict =>
  all.reduce(
    (sum, { sent, lost, doubled, disordered }) => ({
      sent: sum.sent + sent,
      lost: sum.lost + lost,
      doubled: sum.doubled + doubled,
      disordered: sum.disordered + disordered,
    }),
    { sent: 0, lost: 0, doubled: 0, disordered: 0 },
  )

export const isClean = ({ lost, doubled, disordered }: Verdict): boolean =>
  lost === 0 && doubled === 0 && disordered === 0
