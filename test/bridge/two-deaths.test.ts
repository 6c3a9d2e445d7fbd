import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

test('where two runs died at one message, it is looked for from where the second one began, however much was written elsewhere between', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const zoe = tg.addUser({ id: 901, first_name: 'Zoe' })
  const elsewhere = tg.addGroup({ title: 'Class', members: [owner, zoe] })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${home.id}` })
  /** As one run, until the call of it that has no answer. */
  const die = async (fault: 'hang' | 'silent', ...words: readonly string[]): Promise<void> => {
    await using middle = openMiddle(store, tg)
    tg.faults.next('sendMessage', fault, { when: ({ text }) => text === 'in doubt' })
    await middle.start()
    for (const each of words) middle.inbox.receive([{ event: event(mum, each) }])
    await waitUntil(() => tg.faults.waiting === 0)
    if (fault === 'silent') await waitUntil(() => home.transcript().length === 2)
  }
  await die('hang', 'hello', 'in doubt')
  for (let number = 0; number < 340; number += 1) zoe.sends(elsewhere, `gossip ${number}`)
  await die('silent')
  await using middle = openMiddle(store, tg)
  await middle.start()
  await waitUntil(() => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    home.transcript().map(({ text }) => text),
    ['hello', 'in doubt'],
  )
  tg.assertNoSurprises()
})
