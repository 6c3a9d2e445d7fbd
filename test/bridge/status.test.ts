import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { ChangeEvent, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { event, mum, mumInTelegram, openBridge, waitUntil } from './bridge.ts'

const statuses = 'whatsapp:status@broadcast'
const place = 'telegram:-100/3'
const [anna, bob] = ['whatsapp:77@lid', 'whatsapp:78@lid'] as const
const byOwner = { person: 'telegram:11', me: true } as const

/** A bridge that shows statuses in a topic of its own. */
const openStatuses = () => {
  const bridge = openBridge()
  bridge.store.chats.learn({ chat: statuses, kind: 'broadcast' })
  bridge.store.mappings.add({ whatsapp: statuses, telegram: place, toTelegramOnly: true })
  bridge.worker.start()
  return bridge
}

const post = (person: ChatRef, text: string, me = false): MessageEvent =>
  event(statuses, text, { sender: { person, me } })

const answer = (text: string, id: string, quote?: string): MessageEvent =>
  event(place, text, { sender: byOwner, replyTo: { id, ...(quote !== undefined && { quote }) } })

const change = (of: MessageEvent, id: string, more: Partial<ChangeEvent>): ChangeEvent => {
  const { chat, sender, sentAt } = of
  return { version: 1, id: `C-${id}`, chat, sender, sentAt, target: { id }, ...more } as ChangeEvent
}

test('the answer goes to whoever posted the status, who need not be mapped, and says what it answers', async () => {
  await using bridge = openStatuses()
  const posted = post(anna, 'At the lake')
  bridge.inbox.whatsapp.receive([{ event: posted, raw: 'the status' }])
  await waitUntil(bridge.isDone)
  const typed = answer('Which one?', bridge.telegram.shown[0]?.id ?? '')
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  const [sent] = bridge.whatsapp.attempts
  assert.equal(sent?.chat, anna)
  assert.deepEqual(
    [sent?.replyTo?.id, sent?.replyTo?.chat, sent?.replyTo?.person, sent?.replyTo?.raw],
    [posted.id, statuses, anna, 'the status'],
  )

  // What becomes of it stands where it was written; what the owner changes there goes to her.
  const id = bridge.whatsapp.shown[0]?.id ?? ''
  const hers = { ...posted, chat: anna }
  bridge.receive(
    change(hers, id, { kind: 'receipt', state: 'read' }),
    change(hers, id, { kind: 'reaction', emoji: '👍', id: 'R1' }),
    change({ ...typed, id: typed.id }, typed.id, {
      kind: 'edit',
      content: { kind: 'text', body: plainText('Which lake?') },
    }),
  )
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ chat, event: { kind }, changed }) => [chat, kind, changed.parts[0]?.id]),
    [
      [place, 'receipt', typed.id],
      [place, 'reaction', typed.id],
    ],
  )
  assert.deepEqual(
    bridge.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [[anna, 'Which lake?']],
  )
  // Of what else she writes nothing comes: her own chat is not mapped.
  bridge.receive(
    { ...event(anna, 'hi'), sender: { person: anna, me: false } },
    change(hers, 'X', { kind: 'edit' }),
  )
  assert.equal(bridge.isDone(), true)
})

test('where the chat of the poster is mapped, too, the answer stays where it was written', async () => {
  await using bridge = openStatuses()
  bridge.receive(post(mum, 'At the lake'))
  await waitUntil(bridge.isDone)
  const typed = answer('Which one?', bridge.telegram.shown[0]?.id ?? '')
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  const id = bridge.whatsapp.shown[0]?.id ?? ''
  bridge.receive(change(event(mum, ''), id, { kind: 'reaction', emoji: '👍' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ chat }) => chat),
    [place],
  )
  const back = event(mum, 'The small one', { replyTo: { id, excerpt: 'Which one?' } })
  bridge.receive(back)
  await waitUntil(bridge.isDone)
  const last = bridge.telegram.attempts.at(-1)
  assert.deepEqual([last?.chat, last?.replyTo], [mumInTelegram, undefined])
})

test('nobody hears what is for somebody else: not of several who speak in one message, nor behind the own status', async () => {
  await using bridge = openStatuses()
  const [hers, his, own] = [
    post(anna, 'At the lake'),
    post(bob, 'A swan'),
    post('whatsapp:9@lid', 'Me', true),
  ]
  bridge.receive(hers, his, own)
  await waitUntil(bridge.isDone)
  const [first, , mine] = bridge.telegram.shown
  const items = [hers, his].map(({ id, sender, content }) => ({
    id,
    person: sender.person,
    line: 'x',
    body: content.kind === 'text' ? content.body : plainText(''),
  }))
  const { links } = bridge.store
  const holder = links.find({ chat: place, id: first?.id ?? '' })
  links.update(holder?.key ?? 0, 'content', JSON.stringify({ kind: 'joined', items }))
  const source = links.find({ chat: statuses, id: his.id })?.key ?? 0
  links.add(source, place, { id: first?.id ?? '' }, 1)

  bridge.receive(answer('Which one?', first?.id ?? ''), answer('Mine', mine?.id ?? ''))
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.whatsapp.shown, [])
  const notices = bridge.telegram.shown.slice(3).map(({ text }) => text)
  assert.match(notices[0] ?? '', /several people speak/)
  assert.match(notices[1] ?? '', /only to be read/)

  bridge.receive(answer('Nice', first?.id ?? '', 'the lake'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [[anna, 'Nice']],
  )
  assert.equal(bridge.whatsapp.attempts.at(-1)?.replyTo?.id, hers.id)
})

test('a status that is mapped no longer is not answered', async () => {
  await using bridge = openStatuses()
  bridge.receive(post(anna, 'At the lake'))
  await waitUntil(bridge.isDone)
  bridge.store.mappings.remove(statuses)
  bridge.store.mappings.add({ whatsapp: bob, telegram: place })
  bridge.receive(answer('Which one?', bridge.telegram.shown[0]?.id ?? ''))
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.whatsapp.shown, [])
  assert.match(bridge.telegram.shown.at(-1)?.text ?? '', /Not sent/)
})

test('a reaction to a status is answered with words; what the owner takes back of an answer goes from her chat', async () => {
  await using bridge = openStatuses()
  bridge.receive(post(anna, 'At the lake'))
  await waitUntil(bridge.isDone)
  const status = bridge.telegram.shown[0]?.id ?? ''
  const typed = answer('Which one?', status)
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  bridge.receive(change(typed, status, { kind: 'reaction', emoji: '👍' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.whatsapp.changes, [])
  assert.match(bridge.telegram.shown.at(-1)?.text ?? '', /only to be read/)
  bridge.receive(change(typed, typed.id, { kind: 'deletion', by: 'author' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.changes.map(({ chat, event: { kind } }) => [chat, kind]),
    [[anna, 'deletion']],
  )
  assert.deepEqual(bridge.whatsapp.shown, [])
})
