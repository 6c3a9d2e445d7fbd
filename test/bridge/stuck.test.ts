import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Delivery } from '../../src/bridge/network.ts'
import { reject, retry, unsure } from '../../src/bridge/verdict.ts'
import { leapingClock } from '../outbox/leaping-clock.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { waitUntil } from './bridge.ts'
import { openOwnGroup } from './own-group.ts'

const mum = 'whatsapp:1@lid'

/** A group in which what is no text but "odd" fails like this, and time stands still once it has failed nine times. */
const open = async (failureOf: (delivery: Delivery, tries: number[]) => Error | undefined) => {
  const leaping = leapingClock()
  const time = { isStill: false }
  const clock: typeof leaping = {
    ...leaping,
    sleep: (milliseconds, signal) =>
      time.isStill && milliseconds > 1000 && !signal?.aborted
        ? new Promise<void>(resolve => signal?.addEventListener('abort', () => resolve()))
        : leaping.sleep(milliseconds, signal),
  }
  const bridge = await openOwnGroup(mum, {}, { clock })
  bridge.store.chats.learn({ chat: mum, kind: 'person', name: 'Mum' })
  const { whatsapp } = bridge.middle
  const send = whatsapp.send.bind(whatsapp)
  const tries: number[] = []
  whatsapp.send = async delivery => {
    const { content } = delivery.event
    if (content.kind === 'text' && content.body.text !== 'odd') return await send(delivery)
    tries.push(clock.now())
    const failure = failureOf(delivery, tries)
    if (failure === undefined) return await send(delivery)
    if (tries.length === 9) time.isStill = true
    throw failure
  }
  const told = () => bridge.group.transcript().filter(({ text }) => text?.startsWith('Not '))
  return { ...bridge, time, tries, told }
}

test('what WhatsApp refuses for now for nine minutes is told; taken back, it never goes, and what waits behind it does', async () => {
  await using bridge = await open(() => retry('WhatsApp refused the message for now (479)'))
  const { owner, group, middle, tries, told } = bridge
  const { whatsapp, outbox } = middle
  const { message_id: id } = owner.sends(group, 'odd')
  owner.sends(group, 'behind it')
  await waitUntil(() => told().length > 0)
  assert.equal(tries.length, 9)
  const minutes = ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / 60_000
  assert.ok(minutes > 7 && minutes < 12, `${minutes} minutes`)
  assert.deepEqual(
    told().map(({ text, replyTo }) => [text, replyTo]),
    [
      [
        'Not delivered to Mum yet, and what you write there waits: WhatsApp refused the message for now (479). I try on for a day at most, or answer your message with /delete to take it back',
        id,
      ],
    ],
  )
  owner.sends(group, { text: '/delete', reply_to: id })
  await waitUntil(() => whatsapp.shown.length === 1 && outbox.counts().pending === 0)
  assert.deepEqual(
    whatsapp.shown.map(({ text }) => text),
    ['behind it'],
  )
  assert.deepEqual([whatsapp.changes.length, outbox.counts().failed], [0, 0])
  assert.ok(group.transcript().every(each => each.id !== id))
})

for (const kind of ['text', 'location'] as const) {
  test(`with a ${kind} that is taken back before it went its edit goes, which waits behind it`, async () => {
    await using bridge = await open(() => retry('WhatsApp refused the message for now (479)'))
    const { owner, group, middle, told } = bridge
    const { whatsapp, outbox } = middle
    const at = (latitude: number) => ({ location: { latitude, longitude: 2, live_period: 3600 } })
    const { message_id: id } = owner.sends(group, kind === 'text' ? 'odd' : at(1))
    await waitUntil(() => told().length > 0)
    owner.edits(group, id, kind === 'text' ? 'even' : at(3))
    await waitUntil(() => outbox.counts().pending === 2)
    owner.sends(group, { text: '/delete', reply_to: id })
    owner.sends(group, 'behind it')
    await waitUntil(() => whatsapp.shown.length > 0 && outbox.counts().pending === 0)
    assert.deepEqual(
      whatsapp.shown.map(({ text }) => text),
      ['behind it'],
    )
    assert.deepEqual([whatsapp.changes.length, told().length, outbox.counts().failed], [0, 1, 0])
  })
}

test('what may have arrived is told without the word that it can be taken back', async () => {
  await using bridge = await open(() => unsure('WhatsApp did not confirm the message in time'))
  const { owner, group, told } = bridge
  owner.sends(group, 'odd')
  await waitUntil(() => told().length > 0)
  assert.match(told()[0]?.text ?? '', /^Not delivered to Mum yet.*in time\. I try on for a day at most$/)
})

test('of a message of which a part has gone it is not said that it can be taken back', async () => {
  await using bridge = await open(({ sent, onSent }, tries) => {
    if (sent.length === 0) {
      onSent({ id: 'p1' })
      // What gets on begins to count anew.
      tries.length = 0
    }
    return retry('WhatsApp refused the message for now (479)')
  })
  const { owner, group, told } = bridge
  owner.sends(group, 'odd')
  await waitUntil(() => told().length > 0)
  assert.match(told()[0]?.text ?? '', /^Not delivered to Mum yet.*\(479\)\. I try on for a day at most$/)
})

test('new files of a message that went are taken back with it, and what waits behind them goes', async () => {
  let isFailing = false
  await using bridge = await open(() =>
    isFailing ? retry('WhatsApp refused the message for now (479)') : undefined,
  )
  const { owner, group, middle, tries, told } = bridge
  const photo = (width: number) => ({ photo: { bytes: jpeg(width, 480), name: 'a.jpg' } })
  const { message_id: id } = owner.sends(group, photo(640))
  await waitUntil(() => middle.whatsapp.shown.length === 1 && middle.outbox.counts().pending === 0)
  isFailing = true
  tries.length = 0
  owner.edits(group, id, photo(320))
  await waitUntil(() => told().length > 0)
  assert.match(
    told()[0]?.text ?? '',
    /^Not delivered to Mum yet.*\(479\)\. I try on for a day at most, or answer your message with \/delete to take it back, and the file before$/,
  )
  owner.edits(group, id, photo(160))
  await waitUntil(() => middle.outbox.counts().pending === 2)
  owner.sends(group, { text: '/delete', reply_to: id })
  owner.sends(group, 'behind it')
  await waitUntil(
    () => middle.outbox.counts().pending === 0 && middle.whatsapp.shown.at(-1)?.text === 'behind it',
  )
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text }) => text),
    ['behind it'],
  )
  assert.deepEqual([told().length, middle.outbox.counts().failed], [1, 0])
  assert.ok(group.transcript().every(each => each.id !== id))
})

test('what is given up was told of once while it was tried', async () => {
  let failure = retry('No device of the chat could be encrypted for')
  await using bridge = await open(() => failure)
  const { owner, group, middle, time, told } = bridge
  owner.sends(group, 'odd')
  await waitUntil(() => told().length > 0)
  failure = reject('no')
  time.isStill = false
  owner.sends(group, 'behind it')
  await waitUntil(() => middle.whatsapp.shown.length === 1 && told().length > 1)
  assert.deepEqual(
    told().map(({ text }) => /^Not delivered to Mum( yet)?/.exec(text ?? '')?.[0]),
    ['Not delivered to Mum yet', 'Not delivered to Mum'],
  )
})

test('what is refused at once is told once', async () => {
  await using bridge = await open(() => reject('no'))
  const { owner, group, middle, told } = bridge
  owner.sends(group, 'odd')
  owner.sends(group, 'behind it')
  await waitUntil(() => middle.whatsapp.shown.length === 1 && middle.outbox.counts().pending === 0)
  assert.deepEqual(
    told().map(({ text }) => text),
    ['Not delivered to Mum: no'],
  )
})
