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

test('of several owners who react to a message, what the others left stands in WhatsApp when one takes theirs back', async () => {
  await using tg = await startTelegramSimulator()
  const [olivia, otto] = [
    tg.addUser({ id: 7001, first_name: 'Olivia' }),
    tg.addUser({ id: 7002, first_name: 'Otto' }),
  ]
  const group = tg.addSupergroup({ title: 'Family', members: [olivia, otto], botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg, { settings: { owners: [7001, 7002] } })
  await middle.start()
  const { message_id: id } = olivia.sends(group, 'dinner?')
  await tg.until('it to cross', () => middle.whatsapp.shown.length > 0)
  const sent = () =>
    middle.whatsapp.changes.flatMap(({ event }) => (event.kind === 'reaction' ? [event.emoji] : []))
  const react = async (who: typeof olivia, emoji: string[], expected: string): Promise<void> => {
    const before = sent().length
    who.reacts(group, id, emoji)
    await tg.until(`the reaction ${emoji}`, () => sent().length > before)
    assert.equal(sent().at(-1), expected)
  }
  await react(olivia, ['👍'], '👍')
  await react(otto, ['❤'], '❤')
  await react(otto, [], '👍')
  await react(otto, ['🔥'], '🔥')
  await react(olivia, [], '🔥')
  await react(otto, [], '')
  // What the account reacts on its phone takes the place of all that they did.
  await react(olivia, ['👍'], '👍')
  const me = { person: 'whatsapp:me', me: true } as const
  const { id: there = '' } = middle.whatsapp.shown[0] ?? {}
  middle.inbox.receive([
    {
      event: {
        ...head('P', 0),
        sender: me,
        sentAt: Date.now() + 1000,
        kind: 'reaction',
        emoji: '🎉',
        target: { id: there },
      },
    },
  ])
  await react(otto, ['❤'], '❤')
  await react(otto, [], '')
})
