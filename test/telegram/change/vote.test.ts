import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppointmentContent, PollContent } from '../../../src/bridge/content.ts'
import type { Vote } from '../../../src/bridge/network.ts'
import { decodeVote, encodeVote } from '../../../src/telegram/vote-button.ts'
import { Bench, change, ownMessage, Standing, sendFor } from '../bench.ts'

const poll: PollContent = { kind: 'poll', question: 'Where?', options: ['Pizza', 'Noodles'], choices: 1 }
const vote = { kind: 'vote', choice: [] as number[] } as const
const by = (name: string, ...choice: number[]): Vote => ({
  person: `whatsapp:${name}@s.whatsapp.net`,
  name,
  me: name === 'You',
  choice,
})

test('a poll is a message with a button for each option, and its tally follows the votes', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const shown = await sendFor(bench, { chat, content: poll, senderLine: 'Anna' })
  shown.content = poll
  const [asked] = group.transcript()
  assert.equal(asked?.text, 'Anna\n📊 Where?\n▫️ Pizza\n▫️ Noodles\nChoose one')
  assert.deepEqual(asked?.buttons, [['Pizza'], ['Noodles']])
  shown.votes = [by('Bob', 1), by('You', 1)]
  // Whose vote it was does not become the poll's sender.
  await bench.network.change(change(chat, vote, shown, { senderLine: 'Bob' }))
  const [voted, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.equal(voted?.text, 'Anna\n📊 Where?\n▫️ Pizza\n▪️ Noodles · 2 · Bob, You\nChoose one · 2 voted')
  assert.deepEqual(voted?.buttons, [['Pizza'], ['✓ Noodles']])
  await bench.network.change(change(chat, vote, shown))
  shown.votes = []
  await bench.network.change(change(chat, vote, shown))
  assert.equal(group.transcript()[0]?.text, asked?.text)
  bench.tg.assertNoSurprises()
})

test('the buttons say which option was pressed', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: poll })
  const markup = bench.home.messages[0]?.reply_markup
  assert.deepEqual(
    markup?.inline_keyboard
      .flat()
      .map(button => 'callback_data' in button && decodeVote(button.callback_data)),
    [0, 1],
  )
  assert.equal(shown.parts.length, 1)
  assert.equal(decodeVote(encodeVote(11)), 11)
  for (const other of ['', 'vote:', 'vote:x', 'vote:-1', 'wa2tg:settle', 'vote:12345']) {
    assert.equal(decodeVote(other), undefined)
  }
})

test('votes in a poll that the owner made in Telegram stand below it, with the buttons', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const typed = bench.owner.sends(bench.home, { fields: { poll: { question: 'Where?' } } })
  const shown = new Standing([ownMessage(typed.message_id)], { content: poll })
  shown.votes = [by('Bob', 0)]
  await bench.network.change(change(chat, vote, shown))
  shown.votes = [by('Bob', 0), by('Eve', 0)]
  await bench.network.change(change(chat, vote, shown))
  const [, tally, ...others] = bench.home.transcript()
  assert.deepEqual(others, [])
  assert.equal(tally?.text, '📊 Where?\n▪️ Pizza · 2 · Bob, Eve\n▫️ Noodles\nChoose one · 2 voted')
  assert.equal(tally?.replyTo, typed.message_id)
  assert.deepEqual(tally?.buttons, [['Pizza'], ['Noodles']])
  assert.equal(shown.notes.tally?.id, String(tally?.id))
  assert.equal(shown.parts.length, 1)
})

test('an appointment shows who comes, and loses its buttons when it is called off', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const date: AppointmentContent = { kind: 'appointment', title: 'Picnic', place: 'Park' }
  const shown = await sendFor(bench, { chat, content: date })
  shown.content = date
  shown.votes = [{ ...by('Bob', 0), guests: 2 }, by('You', 2)]
  await bench.network.change(change(chat, vote, shown))
  assert.equal(
    bench.home.transcript()[0]?.text,
    '📅 Picnic\n📍 Park\n✅ Going · 3 · Bob +2\n❔ Maybe\n❌ Not going · 1 · You',
  )
  assert.deepEqual(bench.home.transcript()[0]?.buttons, [['Going', 'Maybe', '✓ Not going']])
  const off: AppointmentContent = { ...date, cancelled: true }
  await bench.network.change(change(chat, { kind: 'edit', content: off }, shown))
  assert.equal(
    bench.home.transcript()[0]?.text,
    '🚫 Cancelled: Picnic\n📍 Park\n✅ Going · 3 · Bob +2\n❔ Maybe\n❌ Not going · 1 · You',
  )
  assert.deepEqual(bench.home.transcript()[0]?.buttons, [])
})

test('a vote in what is no poll, or was never shown, changes nothing', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.change(change(chat, vote, new Standing([], { content: poll })))
  await bench.network.change(change(chat, vote, new Standing([ownMessage(1)])))
  assert.deepEqual(bench.tg.calls, [])
})

test('of an anonymous poll the tally has numbers and no names', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const content: PollContent = { ...poll, anonymous: true }
  const shown = await sendFor(bench, { chat, content, senderLine: 'Anna' })
  Object.assign(shown, { content, votes: [by('Bob', 1), by('You', 1)] })
  await bench.network.change(change(chat, vote, shown))
  const [asked] = group.transcript()
  assert.equal(asked?.text, 'Anna\n📊 Where?\n▫️ Pizza\n▪️ Noodles · 2\nChoose one · Names hidden · 2 voted')
  assert.deepEqual(asked?.buttons, [['Pizza'], ['✓ Noodles']])
})

test('a changed poll is shown anew with its votes, in its message or below one made in Telegram', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const shown = await sendFor(bench, { chat, content: poll, senderLine: 'Anna' })
  const content: PollContent = { ...poll, question: 'Where to?', options: [...poll.options, 'Crêpes'] }
  Object.assign(shown, { content, votes: [by('Bob', 1)] })
  const edit = { kind: 'edit', content } as const
  // Whoever added the option does not become the poll's sender.
  await bench.network.change(change(chat, edit, shown, { senderLine: 'Bob' }))
  const [asked, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.equal(
    asked?.text,
    'Anna\n📊 Where to?\n▫️ Pizza\n▪️ Noodles · 1 · Bob\n▫️ Crêpes\nChoose one · 1 voted',
  )
  assert.deepEqual(asked?.buttons, [['Pizza'], ['Noodles'], ['Crêpes']])

  const typed = bench.owner.sends(group, { fields: { poll: { question: 'Where?' } } })
  const own = new Standing([ownMessage(typed.message_id)], { content })
  await bench.network.change(change(chat, edit, own))
  const below = group.transcript().at(-1)
  assert.equal(below?.text, '📊 Where to?\n▫️ Pizza\n▫️ Noodles\n▫️ Crêpes\nChoose one')
  assert.equal(below?.replyTo, typed.message_id)
  bench.tg.assertNoSurprises()
})
