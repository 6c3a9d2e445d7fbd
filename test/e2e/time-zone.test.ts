import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../simulators/whatsapp/quiet.ts'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('what was in doubt when the bridge ended is known by the next run in another time zone', async () => {
  const env = { TZ: 'Europe/Berlin' }
  await using world = await World.open({ env })
  const { tg } = world
  const { alice, group } = await world.mapAlice()
  const first = await world.run()
  tg.faults.next('sendMessage', 'reply-lost')
  tg.faults.next(
    'editMessageReplyMarkup',
    { error: 500, description: 'Internal Server Error' },
    { times: 99 },
  )
  const startTime = Date.UTC(2026, 11, 1, 12) / 1000
  await alice.send(proto.Message.fromObject({ eventMessage: { name: 'Cake', startTime } }))
  await eventually(() => group.transcript().length === 1, 'the appointment', 60_000)
  first.kill('SIGKILL')
  await first.ended
  tg.faults.clear()

  env.TZ = 'America/New_York'
  const second = await world.run()
  await alice.send(samples.text('Behind'))
  await eventually(() => group.transcript().some(({ text }) => text === 'Behind'), 'what came behind', 60_000)
  second.kill('SIGTERM')
  assert.equal((await second.ended).code, 0)
  const [appointment, ...others] = group.transcript().map(({ text }) => text)
  assert.match(appointment ?? '', /13:00/)
  assert.deepEqual(others, ['Behind'])
})
