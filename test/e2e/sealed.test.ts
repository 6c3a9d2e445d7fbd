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
  const bridge = await world.run()
  await zoe.send(samples.text('zebra-text'))
  await zoe.send(await samples.photo(wa.media, 'zebra-caption'))
  owner.sends(group, 'zebra-answer')
  await eventually(() => zoe.inbox.some(({ message }) => textOf(message) === 'zebra-answer'), 'the answer')
  await eventually(() => group.transcript().length === 3, 'both messages')
  // What waits when the machine goes down stands in the outbox.
  tg.faults.next('sendMessage', { error: 429, description: 'Too Many Requests', retryAfter: 5 })
  await zoe.send(samples.text('zebra-waiting'))
  await eventually(() => tg.callsOf('sendMessage').length >= 2, 'the refusal')
  bridge.kill('SIGKILL')
  await bridge.ended

  const folder = join(world.folder, 'data')
  const secrets = ['zebra', ...privateKeys(folder)]
  assert.ok(secrets.length > 10, 'the keys were found')
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    for (const secret of secrets) assert.ok(!bytes.includes(secret), `${secret} in ${name}`)
  }
  const again = await world.run()
  await zoe.send(samples.text('zebra-again'))
  await eventually(() => group.transcript().length === 5, 'the rest', 60_000)
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  wa.assertNoSurprises()
})

/** Of the credentials, in the form in which they are stored: every value of 32 bytes. */
const privateKeys = (folder: string): string[] => {
  using store = openStore(storePath(folder), { key: Buffer.from(key, 'hex') })
  const [creds] = store.session('baileys').list('creds')
  return [...(creds?.value ?? '').matchAll(/"([A-Za-z0-9+/]{43}=)"/g)].map(([, value = '']) => value)
}
