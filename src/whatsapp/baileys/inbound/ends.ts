import { type BridgeEvent, isMessage } from '../../../bridge/event.ts'
import type { Arrival, FindMessage } from '../../../bridge/network.ts'

/** These, and behind each that is no message and was announced as one the end of what stands for it. */
export const withEnds = (arrivals: readonly Arrival[], find: FindMessage): Arrival[] =>
  arrivals.flatMap(({ event, ...more }) => {
    if (isMessage(event)) return [{ event, ...more }]
    const { raw: _, ...rest } = more
    return [{ event, ...more }, ...endOf(event, rest, find)]
  })

/** What was announced goes as what has vanished does, where this is of who sent that: nobody has deleted anything. */
export const endOf = (
  { chat, id, sender, sentAt }: Pick<BridgeEvent, 'chat' | 'id' | 'sender' | 'sentAt'>,
  more: Omit<Arrival, 'event'>,
  find: FindMessage,
): Arrival[] => {
  const found = find({ chat, id })
  const isTheirs = sender.me ? found?.me === true : found?.author === sender.person
  if (found?.pending !== true || !isTheirs) return []
  const target = { id, person: sender.person }
  const end = { version: 1, kind: 'deletion', by: 'time', id: `${id}.end`, target } as const
  return [{ ...more, event: { ...end, chat, sender, sentAt } }]
}
