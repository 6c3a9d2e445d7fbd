import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { mum } from './bridge.ts'
import { openMiddle } from './middle.ts'

const carol = 'whatsapp:79@lid'

test('an answer to the word that the own message was taken back before it went goes to nobody else who is mapped there by now', async () => {
  await using tg = await startTelegramSimulator()
  await using store = tempStore()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {}, members: [owner] })
  const telegram = `telegram:${group.id}` as const
  const said = () => group.transcript().filter(({ from }) => from.isBot)
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: mum, telegram })
  await using middle = openMiddle(store, tg)
  const { whatsapp, outbox } = middle
  whatsapp.status = { state: 'connecting' }
  await middle.start()
  const { message_id: id } = owner.sends(group, 'hello')
  owner.sends(group, { text: '/delete', reply_to: id })
  await tg.until('word of it', () => said().length === 1)
  await tg.until('all to be done', () => outbox.counts().pending === 0)
  const [word] = said()
  assert.match(word?.text ?? '', /^🗑/)

  store.mappings.remove(mum)
  // The word may come behind the mapping, too.
  store.mappings.add({ whatsapp: carol, telegram, since: (word?.date ?? 0) * 1000 })
  whatsapp.status = { state: 'connected' }
  owner.sends(group, { text: 'Only for you', reply_to: word?.id ?? 0 })
  await tg.until('an answer', () => said().length === 2 || whatsapp.shown.length > 0)
  assert.deepEqual(whatsapp.shown, [])
  assert.match(said().at(-1)?.text ?? '', /^Not sent: that message belongs to Mum/)
})
