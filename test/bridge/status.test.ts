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

/** Statuses that stand together in one message, and the id of that message. */
const joinUp = async (
  bridge: ReturnType<typeof openStatuses>,
  posts: readonly (readonly [status: MessageEvent, line: string])[],
): Promise<string> => {
  const { links } = bridge.store
  const before = bridge.telegram.shown.length
  bridge.receive(...posts.map(([status]) => status))
  await waitUntil(bridge.isDone)
  const id = bridge.telegram.shown[before]?.id ?? ''
  const items = posts.map(([{ id, sender, content }, line]) => ({
    id,
    person: sender.person,
    line,
    body: content.kind === 'text' ? content.body : plainText(''),
  }))
  const holder = links.find({ chat: place, id })?.key ?? 0
  links.update(holder, 'content', JSON.stringify({ kind: 'joined', items }))
  for (const [status] of posts) links.add(keyOf(bridge, status), place, { id }, 1)
  return id
}

const keyOf = ({ store }: ReturnType<typeof openStatuses>, { chat, id }: MessageEvent): number =>
  store.links.find({ chat, id })?.key ?? 0

test('nobody hears what is for somebody else: not of several who speak in one message, nor behind the own status', async () => {
  await using bridge = openStatuses()
  const own = post('whatsapp:9@lid', 'Me', true)
  const hers = post(anna, 'At the lake')
  const id = await joinUp(bridge, [
    [hers, 'Anna · 14:02'],
    [post(bob, 'By the lake, too, Anna'), 'Bob · 14:02'],
    [post(bob, 'A swan'), 'Bob · 14:03'],
  ])
  bridge.receive(own)
  await waitUntil(bridge.isDone)
  const mine = bridge.telegram.shown.at(-1)?.id ?? ''
  const before = bridge.telegram.shown.length

  // Words that both have said, or nobody, or that are hers in one place and his in another.
  const unclear = [undefined, 'the lake', 'Anna', '14:02', 'the sea', ' ']
  bridge.receive(...unclear.map(quote => answer('Which one?', id, quote)), answer('Mine', mine))
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.whatsapp.shown, [])
  const notices = bridge.telegram.shown.slice(before).map(({ text }) => text)
  assert.equal(notices.filter(text => text.includes('several people speak')).length, unclear.length)
  assert.match(notices.at(-1) ?? '', /only to be read/)

  // The line above is picked out along with the words, or alone.
  const clear = ['At the lake', 'Anna · 14:02\nAt the lake', '14:02\nAt the', 'Anna · 14:02', 'swan', 'Bob']
  bridge.receive(...clear.map(quote => answer(quote, id, quote)))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.shown.map(({ chat }) => chat),
    [anna, anna, anna, anna, bob, bob],
  )
  const quoted = bridge.whatsapp.attempts.map(({ replyTo }) => replyTo?.id)
  assert.deepEqual(quoted.slice(0, 4), Array(4).fill(hers.id))
})

test('one person under two addresses is one, and words that both their statuses hold are theirs', async () => {
  await using bridge = openStatuses()
  const number = 'whatsapp:4915550000077@s.whatsapp.net'
  const id = await joinUp(bridge, [
    [post(number, 'At the lake'), 'Anna · 14:02'],
    [post(anna, 'By the lake'), 'Anna · 14:03'],
  ])
  bridge.store.chats.learn({ chat: anna, aliases: [number] })
  bridge.receive(answer('Nice', id), answer('Both', id, 'the lake'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [
      [anna, 'Nice'],
      [anna, 'Both'],
    ],
  )
})

test('what one person is answered quotes nobody else, though their status goes before the answer does', async () => {
  await using bridge = openStatuses()
  const hers = post(anna, 'At the lake')
  const id = await joinUp(bridge, [
    [hers, 'Anna · 14:02'],
    [post(bob, 'A swan'), 'Bob · 14:03'],
  ])
  const { promise: isBack, resolve: comeBack } = Promise.withResolvers<void>()
  bridge.whatsapp.scripts.push(async (delivery, show) => {
    await isBack
    delivery.onSent({ id: show() })
  })
  // The first one holds up the other.
  bridge.receive(answer('Nice', id, 'At the lake'), answer('Warm?', id, 'At the lake'))
  bridge.receive(change(hers, hers.id, { kind: 'deletion', by: 'author' }))
  await waitUntil(() => bridge.telegram.changes.length === 1)
  comeBack()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.attempts.map(({ chat, replyTo }) => [chat, replyTo?.id]),
    [
      [anna, hers.id],
      [anna, undefined],
    ],
  )
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
