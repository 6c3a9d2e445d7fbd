import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import { samples, textOf } from '../../test/simulators/samples.ts'
import type { Seen } from '../../test/simulators/telegram/index.ts'
import { heading, print } from './screen.ts'
import { describeSeen, type Line, sideBySide, step } from './show.ts'
import type { Stage } from './stage.ts'

/** Few enough for what Telegram lets a bot say in a group within a minute. */
const storm = 12
const stormed = /Message (\d+) of/
const picture = { of: 'story' }

/** Tells the story from `login` to the transcript; returns whether everything went as promised. */
export const tell = async (stage: Stage): Promise<boolean> => {
  const { world, alice, bob, school, family, topic } = stage
  const { wa, owner } = world
  const latencies: number[] = []
  const whatsapp: Record<'alice' | 'school', Line[]> = { alice: [], school: [] }

  /** Sends one WhatsApp message and waits until a person sees it in Telegram. */
  const crosses = async (
    chat: 'alice' | 'school',
    who: typeof alice,
    what: string,
    message: Parameters<typeof alice.send>[0],
  ): Promise<{ id: string; seen: Seen }> => {
    const place = chat === 'alice' ? family : topic
    // People take a moment between two messages; three in a second would wait for Telegram's budget.
    await sleep(1000)
    const before = place.transcript().length
    const began = performance.now()
    const id = await who.send(message, chat === 'alice' ? {} : { to: school })
    const seen = await eventually(() => place.transcript()[before], `"${what}" in Telegram`)
    latencies.push(performance.now() - began)
    whatsapp[chat].push({ who: who === alice ? 'Alice' : 'Bob', what })
    step(`${who === alice ? 'Alice' : 'Bob'}: ${what}`)
    return { id, seen }
  }

  heading('Link WhatsApp: a QR code, scanned by a simulated phone')
  await stage.login()

  heading('Choose chats')
  await stage.type('chats')
  await stage.type('map', 'add', 'Alice', String(family.id))
  await stage.type('map', 'add', 'School 4b', `${stage.forum.id}/${topic.message_thread_id}`)

  heading('Run', picture)
  await stage.run()
  const question = await crosses(
    'alice',
    alice,
    'Are you coming on *Saturday*?',
    samples.text('Are you coming on *Saturday*?'),
  )
  await crosses('alice', alice, '📷 The lake', await samples.photo(wa.media, 'The lake'))
  await crosses('alice', alice, '🎤 voice note', await samples.voice(wa.media))
  await crosses('school', bob, '📄 Timetable 4b.pdf', await samples.document(wa.media))
  await crosses('school', alice, '_Thanks_ Bob', samples.text('_Thanks_ Bob'))
  await crosses(
    'alice',
    alice,
    '↩ “Are you coming on Saturday?” I mean the 28th',
    samples.reply('I mean the 28th', {
      id: question.id,
      author: alice.lid,
      text: 'Are you coming on *Saturday*?',
    }),
  )

  heading('Answer from Telegram', picture)
  owner.sends(family, { text: 'Yes, with cake 🎂', reply_to: question.seen.id })
  const answer = await eventually(
    () => alice.inbox.find(({ message }) => textOf(message).includes('cake')),
    'the answer on WhatsApp',
  )
  whatsapp.alice.push({ who: 'me', what: `↩ ${textOf(answer.message)}` })
  step(`Olivia answers in Telegram; Alice reads: ${textOf(answer.message)}`)

  heading(`Kill the bridge with -9 while ${storm} messages come in, and start it again`, picture)
  const before = topic.transcript().length
  let early = 0
  for (let number = 1; number <= storm; number += 1) {
    await bob.send(samples.text(`Message ${number} of ${storm}`), { to: school })
    if (number === Math.floor(storm / 3)) {
      stage.bridge?.kill('SIGKILL')
      await stage.bridge?.ended
      early = topic.transcript().length - before
      step(`killed after message ${number}`)
    }
  }
  whatsapp.school.push({ who: 'Bob', what: `Message 1 … ${storm} of ${storm}` })
  await stage.run()
  const wanted = Array.from({ length: storm }, (_, index) => `Message ${index + 1} of ${storm}`)
  const arrived = () =>
    topic
      .transcript()
      .slice(before)
      .map(({ text }) => text.split('\n').at(-1) ?? '')
  await eventually(() => arrived().length >= storm, `all ${storm} messages`, 120_000).catch(() => undefined)
  // A copy too many would come late: give it the time to.
  await sleep(1000)
  const got = arrived()
  const whole = JSON.stringify(got) === JSON.stringify(wanted)
  step(
    whole
      ? `all ${storm} arrived, each once, in order`
      : `FAILED: expected ${storm} in order, got ${JSON.stringify(got)}`,
  )

  heading('What both sides see', picture)
  const seenIn = (place: typeof family | typeof topic): Line[] => {
    const all = place.transcript()
    const [first, ...others] = all.filter(({ text }) => stormed.test(text))
    const last = stormed.exec(others.at(-1)?.text ?? '')?.[1]
    return all
      .filter(seen => !others.includes(seen))
      .map(seen => {
        const answered = all.find(({ id }) => id === seen.replyTo)
        const text = seen === first ? seen.text.replace(stormed, `Message $1 … ${last} of`) : seen.text
        return describeSeen({ ...seen, text }, answered)
      })
  }
  sideBySide(
    { title: { side: 'whatsapp', text: 'WhatsApp · Alice' }, lines: whatsapp.alice },
    { title: { side: 'telegram', text: 'Telegram · Alice on WhatsApp' }, lines: seenIn(family) },
  )
  print()
  sideBySide(
    { title: { side: 'whatsapp', text: 'WhatsApp · School 4b' }, lines: whatsapp.school },
    { title: { side: 'telegram', text: 'Telegram · WhatsApp › School 4b' }, lines: seenIn(topic) },
  )

  heading('Measured')
  const sorted = latencies.toSorted((one, other) => one - other).map(latency => `${latency.toFixed(0)} ms`)
  const median = sorted[Math.floor(sorted.length / 2)]
  print(`  WhatsApp to Telegram: median ${median}, slowest ${sorted.at(-1)} (${sorted.length} messages)`)
  print(`  Already in Telegram at the kill: ${early}`)

  heading('Result', picture)
  const clean = noSurprises(stage)
  print(whole && clean ? '  Everything arrived, once, in order.' : '  FAILED: see above.')
  return whole && clean
}

/** Whether the program asked nothing of the simulated servers that the real ones do not know. */
export const noSurprises = ({ world: { wa, tg } }: Stage): boolean => {
  try {
    wa.assertNoSurprises()
    tg.assertNoSurprises()
    return true
  } catch (error) {
    print(`  ${error instanceof Error ? error.message : error}`)
    return false
  }
}
