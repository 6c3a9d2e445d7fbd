import { createInterface } from 'node:readline/promises'
import { samples, textOf } from '../../test/simulators/samples.ts'
import { heading } from './screen.ts'
import { describeSeen } from './show.ts'
import type { Stage } from './stage.ts'

const help = [
  '  a TEXT   Alice writes to you on WhatsApp',
  '  b TEXT   Bob writes in the WhatsApp group',
  '  t TEXT   you write to Alice in Telegram',
  '  s TEXT   you write in the group’s topic in Telegram',
  '  q        the end',
].join('\n')

/** Lets the person at the keyboard type as either side until they have had enough. */
export const stay = async (stage: Stage): Promise<void> => {
  const { alice, bob, school, family, topic, world } = stage
  heading('Your turn')
  console.log(help)
  const places = { family, topic }
  const shown = new Map(Object.entries(places).map(([name, place]) => [name, place.transcript().length]))
  const heard = new Map([alice, bob].map(contact => [contact, contact.inbox.length]))
  const watch = setInterval(() => {
    for (const [name, place] of Object.entries(places)) {
      for (const seen of place.transcript().slice(shown.get(name))) {
        if (seen.from.isBot)
          console.log(
            `  Telegram (${name === 'family' ? 'Alice' : 'School 4b'}) shows: ${describeSeen(seen).what}`,
          )
      }
      shown.set(name, place.transcript().length)
    }
    for (const [contact, count] of heard) {
      for (const { message } of contact.inbox.slice(count))
        console.log(`  ${contact === alice ? 'Alice' : 'Bob'} reads on WhatsApp: ${textOf(message)}`)
      heard.set(contact, contact.inbox.length)
    }
  }, 100)
  const lines = createInterface({ input: process.stdin })
  try {
    for await (const line of lines) {
      const [side, text] = [line.slice(0, 1), line.slice(2).trim()]
      if (side === 'q') return
      if (text === '') console.log(help)
      else if (side === 'a') await alice.send(samples.text(text))
      else if (side === 'b') await bob.send(samples.text(text), { to: school })
      else if (side === 't') world.owner.sends(family, text)
      else if (side === 's') world.owner.sends(topic, text)
      else console.log(help)
    }
  } finally {
    clearInterval(watch)
    lines.close()
  }
}
