import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../simulators/whatsapp/quiet.ts'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const startTime = Date.UTC(2026, 11, 1, 12) / 1000
const cake = (description = '') =>
  proto.Message.fromObject({ eventMessage: { name: 'Cake', description, startTime } })
const long = Array.from({ length: 700 }, (_, number) => `word${number}`).join(' ')

for (const [what, edited] of [
  ['A message', undefined],
  ['The further part of an edit that made a message longer', long],
] as const) {
  test(`${what} that was in doubt when the bridge ended is known by the next run in another time zone`, async () => {
    const env = { TZ: 'Europe/Berlin' }
    await using world = await World.open({ env })
    const { tg } = world
    const { alice, group } = await world.mapAlice()
    const first = await world.run()
    const shows = (count: number) => eventually(() => group.transcript().length === count, what, 120_000)
    const loseAnswer = () => {
      tg.faults.next('sendMessage', 'reply-lost')
      const failure = { error: 500, description: 'Internal Server Error' }
      tg.faults.next('editMessageReplyMarkup', failure, { times: 99 })
    }
    if (edited === undefined) loseAnswer()
    const id = await alice.send(cake())
    await shows(1)
    if (edited !== undefined) {
      loseAnswer()
      await alice.acts.edit(id, cake(edited), { sealed: true })
      await shows(2)
    }
    first.kill('SIGKILL')
    await first.ended
    tg.faults.clear()

    env.TZ = 'America/New_York'
    const second = await world.run()
    await alice.send(samples.text('Behind'))
    await eventually(
      () => group.transcript().some(({ text }) => text === 'Behind'),
      'what came behind',
      120_000,
    )
    second.kill('SIGTERM')
    assert.equal((await second.ended).code, 0)
    const said = group.transcript().map(({ text }) => text)
    assert.equal(said.length, edited === undefined ? 2 : 3, said.join('\n---\n'))
    // An edit is carried out anew, and says what it would say now.
    assert.match(said.at(-2) ?? '', edited === undefined ? /13:00/ : /07:00/)
  })
}
