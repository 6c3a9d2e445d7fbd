import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const key = '5e'.repeat(32)

test('with a key neither the keys of the session nor what people write can be read in the data folder', async () => {
  await using world = await World.open({ env: { WA2TG_KEY: key } })
  const { wa, tg, owner } = world
  const zoe = wa.addContact({ phone: '15550000002', lid: '900000000000002', name: 'Zoe', pushName: 'Zoe' })
  const group = tg.addSupergroup({ title: 'Zoe', members: [owner], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Zoe', String(group.id))).code, 0)
  const folder = join(world.folder, 'data')
  const bridge = await world.run()
  await zoe.acts.react(await zoe.send(samples.text('zebra-text')), '🦓')
  await zoe.send(await samples.photo(wa.media, 'zebra-caption'))
  owner.sends(group, 'zebra-answer')
  await eventually(() => zoe.inbox.some(({ message }) => textOf(message) === 'zebra-answer'), 'the answer')
  await eventually(() => group.transcript().length === 4, 'both messages, and the note of the reaction')
  // What waits when the machine goes down stands in the outbox, with what the server said of it; and what the owner says to a
  // message that may have arrived is held back until that is known.
  let isFree = false
  const quoting = { error: 400, description: 'Bad Request: zebra-quoted' }
  tg.faults.next('sendMessage', quoting, { when: ({ text }) => text === 'zebra-refused' })
  await zoe.send(samples.text('zebra-refused'))
  const fault = { error: 429, description: 'Too Many Requests', retryAfter: 1 }
  tg.faults.next('sendMessage', 'reply-lost', { when: ({ text }) => text === 'zebra-doubted' })
  tg.faults.next('editMessageReplyMarkup', fault, { times: 1_000_000, when: () => !isFree })
  await zoe.send(samples.text('zebra-doubted'))
  const doubted = await eventually(
    () => group.transcript().find(({ text }) => text === 'zebra-doubted'),
    'the one in doubt',
  )
  await zoe.send(samples.text('zebra-waiting'))
  owner.sends(group, { text: 'zebra-held', reply_to: doubted.id })
  await eventually(() => tg.callsOf('editMessageReplyMarkup').length >= 1, 'the question about it')
  await eventually(() => heldIn(folder) === 1, 'what is held back')
  bridge.kill('SIGKILL')
  await bridge.ended

  const keys = privateKeys(folder)
  assert.ok(keys.length >= 10, `only ${keys.length} keys were found`)
  const secrets = ['zebra', '🦓', ...keys]
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    for (const secret of secrets) assert.ok(!bytes.includes(secret), `${secret} in ${name}`)
  }
  isFree = true
  const again = await world.run()
  await zoe.send(samples.text('zebra-again'))
  await eventually(() => group.transcript().length === 8, 'the rest', 120_000)
  await eventually(() => zoe.inbox.some(({ message }) => textOf(message) === 'zebra-held'), 'the held answer')
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  wa.assertNoSurprises()
})

const heldIn = (folder: string): number => {
  using store = openStore(storePath(folder), { key: Buffer.from(key, 'hex') })
  return [...store.session('held').list('event')].length
}

/** Of the credentials, in the form in which they are stored: every value of 32 bytes. */
const privateKeys = (folder: string): string[] => {
  using store = openStore(storePath(folder), { key: Buffer.from(key, 'hex') })
  const [creds] = store.session('baileys').list('creds')
  return [...(creds?.value ?? '').matchAll(/"([A-Za-z0-9+/]{43}=)"/g)].map(([, value = '']) => value)
}
