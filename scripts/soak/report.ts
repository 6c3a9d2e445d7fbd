import { sorts } from './checks.ts'
import { metOf, type SoakReport } from './run-soak.ts'

const row = (name: string, ...cells: readonly (string | number)[]): string =>
  `${name.padEnd(50)}${cells.map(cell => String(cell).padStart(10)).join('')}`

const names = {
  file: 'files, with their bytes',
  answer: 'answers, to what they answer',
  edited: 'edited, as they were last',
  deleted: 'deleted, and gone',
  reaction: 'reactions, the last ones',
} as const

/** At most so many faults in words: more would say nothing new. */
const mostFaults = 20

const atMost = (lines: readonly string[]): string[] => [
  ...lines.slice(0, mostFaults),
  ...(lines.length > mostFaults ? [`… and ${lines.length - mostFaults} more`] : []),
]

/** What a soak has shown, as tables for people. */
export const report = ({
  faults,
  waiting,
  verdicts,
  surprises,
  unread,
  calm,
  behind,
  clean,
}: SoakReport): string => {
  const sides = [
    ['WhatsApp → Telegram', verdicts.telegram],
    ['Telegram → WhatsApp', verdicts.whatsapp],
  ] as const
  const wrong = sides.flatMap(([, verdict]) => verdict.faults)
  return [
    row('What went wrong', 'times'),
    ...[...faults].map(([name, times]) => row(name, times)),
    row('met nothing before the end', -waiting),
    row('all of it', metOf(faults, waiting)),
    '',
    row('Messages', 'sent', 'lost', 'doubled', 'disorder'),
    ...sides.map(([name, { order }]) => row(name, order.sent, order.lost, order.doubled, order.disordered)),
    '',
    row('What became of them', 'times', 'wrong', 'times', 'wrong'),
    ...sorts.map(sort =>
      row(names[sort], ...sides.flatMap(([, { tallies }]) => [tallies[sort].count, tallies[sort].wrong])),
    ),
    '',
    `${behind} were on their way at the last fault; ${clean ? 'all was there' : 'NOT ALL WAS AS IT SHOULD BE'} ${(calm / 1000).toFixed(0)} s later`,
    `${unread.length} could not be decrypted by a phone, which asked for them again`,
    ...atMost(unread),
    ...atMost(wrong),
    ...(surprises.length > 0 ? ['', 'The simulated networks did not expect:', ...atMost(surprises)] : []),
  ].join('\n')
}
