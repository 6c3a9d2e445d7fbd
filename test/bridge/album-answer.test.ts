import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offline, reject, retry, unsure } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { waitUntil } from './bridge.ts'
import type { Script } from './memory-network.ts'
import { openOwnGroup } from './own-group.ts'

const [mum, bob, statuses] = ['whatsapp:1@lid', 'whatsapp:2@lid', 'whatsapp:status@broadcast'] as const

const show: Script = async (delivery, show) => delivery.onSent({ id: show() })

/** An owner in a group to which Mum's chat comes, and what people post among the statuses. */
const open = async () => {
  const bridge = await openOwnGroup(mum)
  const { owner, group, store, telegram, middle } = bridge
  const { whatsapp, inbox, outbox } = middle
  store.mappings.add({ whatsapp: statuses, telegram, toTelegramOnly: true })
  const photo = (width: number) => ({ photo: { bytes: jpeg(width, 480), name: 'a.jpg' } })
  const isIn = (id: number) => store.links.find({ chat: telegram, id: String(id) }) !== undefined
  return {
    ...bridge,
    whatsapp,
    refusals: () => group.transcript().filter(({ text }) => text?.startsWith('Not sent')),
    /** Sends two pictures as one album while WhatsApp is away; returns the id of the first, once both have been taken in. */
    async sendAlbum(): Promise<number> {
      const before = whatsapp.attempts.length
      whatsapp.scripts.unshift(async () => {
        whatsapp.status = { state: 'connecting' }
        throw offline('away')
      }, show)
      owner.sends(group, 'look')
      await waitUntil(() => whatsapp.attempts.length > before)
      const [first, second] = [640, 641].map(width =>
        owner.sends(group, { ...photo(width), media_group_id: `album ${before}` }),
      )
      await waitUntil(() => isIn(second?.message_id ?? 0))
      return first?.message_id ?? 0
    },
    async answer(id: number, text: string): Promise<void> {
      const answer = owner.sends(group, { text, reply_to: id })
      await waitUntil(() => isIn(answer.message_id))
    },
    /** Puts another file in the place of a picture; returns once that has been taken in. */
    async replace(id: number): Promise<void> {
      owner.edits(group, id, photo(320))
      const { message_id: next } = owner.sends(group, 'then')
      await waitUntil(() => isIn(next))
    },
    /** WhatsApp is back: until all that waited has ended. */
    async goOnline(): Promise<void> {
      whatsapp.status = { state: 'connected' }
      inbox.changed({ state: 'connected' })
      await waitUntil(() => outbox.counts().pending === 0)
    },
    sent: () => whatsapp.shown.map(({ chat, text, kind }) => [chat, kind === 'media' ? kind : text]),
  }
}

test('an answer to a picture of an own album that waits, is at work, or never went, goes where the album was to go', async () => {
  await using bridge = await open()
  const { whatsapp } = bridge
  const picture = await bridge.sendAlbum()
  await bridge.answer(picture, 'one')
  whatsapp.scripts.push(async () => {
    await bridge.answer(picture, 'two')
    throw reject('no')
  })
  await bridge.goOnline()
  await bridge.answer(picture, 'three')
  await bridge.goOnline()
  assert.deepEqual(
    bridge.sent(),
    ['look', 'one', 'two', 'three'].map(text => [mum, text]),
  )
  assert.deepEqual(bridge.refusals(), [])
})

test('a new file for a picture of an album that could not go goes where the album was to go', async () => {
  await using bridge = await open()
  const { whatsapp } = bridge
  const picture = await bridge.sendAlbum()
  whatsapp.scripts.push(async () => {
    throw reject('no')
  })
  await bridge.goOnline()
  await bridge.replace(picture)
  await bridge.goOnline()
  assert.deepEqual(bridge.sent(), [
    [mum, 'look'],
    [mum, 'media'],
    [mum, 'then'],
  ])
  assert.deepEqual(bridge.refusals(), [])
})

test('a new file for a picture of an album that is at work, or in doubt, goes behind the album', async () => {
  await using bridge = await open()
  const { whatsapp } = bridge
  const picture = await bridge.sendAlbum()
  whatsapp.scripts.push(
    async () => {
      throw retry('busy')
    },
    async () => {
      await bridge.replace(picture)
      throw unsure('lost')
    },
  )
  await bridge.goOnline()
  assert.deepEqual(bridge.sent(), [
    [mum, 'look'],
    [mum, 'album'],
    [mum, 'media'],
    [mum, 'then'],
  ])
  assert.deepEqual(bridge.refusals(), [])
})

test('a new file for a picture of an album that was for somebody else goes to nobody', async () => {
  await using bridge = await open()
  const { store, telegram, whatsapp } = bridge
  const picture = await bridge.sendAlbum()
  whatsapp.scripts.push(async () => {
    throw reject('no')
  })
  await bridge.goOnline()
  store.mappings.remove(mum)
  store.mappings.add({ whatsapp: bob, telegram })
  await bridge.replace(picture)
  await bridge.goOnline()
  assert.deepEqual(bridge.sent(), [
    [mum, 'look'],
    [bob, 'then'],
  ])
  assert.equal(bridge.refusals().length, 1)
})
