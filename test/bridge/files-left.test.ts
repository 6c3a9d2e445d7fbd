import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

test('Of a rich message with files the words go, with the kinds of those, and an answer says that the files did not', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addSupergroup({ title: 'Mum', botRights: {}, members: [owner] })
  using store = tempStore()
  store.mappings.add({ whatsapp: 'whatsapp:1@lid', telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg)
  await middle.start()
  const rich = (...blocks: object[]) => ({ fields: { rich_message: { blocks } } })
  const words = { type: 'paragraph', text: 'look at this:' }
  owner.sends(group, rich(words))
  const { message_id: id } = owner.sends(group, rich(words, { type: 'photo', photo: [] }))
  await tg.until('both', () => middle.whatsapp.shown.length === 2)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text }) => text),
    ['look at this:', 'look at this:\n\n[Photo]'],
  )
  const [answer, ...others] = group.transcript().filter(({ from }) => from.isBot)
  assert.deepEqual([answer?.replyTo, others], [id, []])
  assert.match(answer?.text ?? '', /^The files in this message did not go to WhatsApp/)
  tg.assertNoSurprises()
})
