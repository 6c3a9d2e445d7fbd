import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BridgeEvent, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { eventually } from '../simulators/eventually.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

const chat = 'whatsapp:3@g.us'
const head = (id: string, number: number) => ({
  version: 1 as const,
  chat: chat as MessageEvent['chat'],
  id,
  sender: { person: `whatsapp:${number}@lid` as const, name: `Person ${number}`, me: false },
  sentAt: Date.now(),
})
const reaction = (id: string, number: number, emoji: string): BridgeEvent => ({
  ...head(id, number),
  kind: 'reaction',
  target: { id: 'W' },
  emoji,
})

test('a reaction of the bot’s own that a placeholder got stays when the message takes its place, until another comes', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  await using middle = openMiddle(store, tg)
  const group = tg.addSupergroup({
    title: 'Family',
    members: [tg.addUser({ id: 7001, first_name: 'Olivia' })],
  })
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  await middle.start()
  const comes = async (event: BridgeEvent) => {
    middle.inbox.receive([{ event }])
    await eventually(() => middle.outbox.counts().pending === 0, 'what came to be shown')
  }
  const seen = () =>
    group.transcript().map(({ text, reactions }) => [text, reactions.map(({ emoji }) => emoji)])
  const waits = { kind: 'placeholder', label: 'Waiting' } as const
  await comes({ ...head('W', 1), kind: 'message', pending: true, content: waits })
  await comes(reaction('C1', 2, '👍'))
  await comes({
    ...head('W', 1),
    kind: 'message',
    content: { kind: 'text', body: plainText('Read at last') },
  })
  assert.deepEqual(seen(), [['Person 1\nRead at last', ['👍']]])
  await comes(reaction('C2', 3, '🔥'))
  assert.deepEqual(seen(), [
    ['Person 1\nRead at last', []],
    ['👍 Person 2 · 🔥 Person 3', []],
  ])
})
