import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Delivery } from '../../src/bridge/network.ts'
import { retry, wait } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { waitUntil } from './bridge.ts'
import { openOwnGroup } from './own-group.ts'

const mum = 'whatsapp:1@lid'

/** Sends the pictures of an album one by one, each by its caption, and goes past those that are refused. */
const sendOneByOne = async (delivery: Delivery): Promise<void> => {
  const { content } = delivery.event
  if (content.kind !== 'album') return
  let refused: unknown
  for (const [item, each] of content.items.entries()) {
    const id = `${delivery.messageId}-${each.caption.text}`
    if (delivery.sent.some(part => part.id === id)) continue
    try {
      await delivery.openMedia(each.media)
      delivery.onSent({ id, item })
    } catch (error) {
      if ((error as { verdict?: { kind?: string } }).verdict?.kind !== 'reject') throw error
      refused = error
    }
  }
  if (refused) throw refused
}

/** Has the owner send an album of six whose pictures open like this; what has gone in the end, and what was said of it. */
const sendAlbum = async (open: (caption: string, tries: number) => void) => {
  await using bridge = await openOwnGroup(mum)
  const { owner, group, middle, store } = bridge
  store.chats.learn({ chat: mum, kind: 'person', name: 'Mum' })
  const { whatsapp, telegram, outbox } = middle
  const gone: string[] = []
  const tries = new Map<string, number>()
  whatsapp.send = delivery =>
    sendOneByOne({
      ...delivery,
      onSent(part) {
        gone.push(part.id.at(-1) ?? '')
        delivery.onSent(part)
      },
    })
  const captions = new Map<string, string>()
  telegram.openMedia = async media => {
    const caption = captions.get(media.source) ?? String(captions.size + 1)
    captions.set(media.source, caption)
    tries.set(caption, (tries.get(caption) ?? 0) + 1)
    open(caption, tries.get(caption) ?? 0)
    return Readable.from([Buffer.from('bytes')])
  }
  const ids = Array.from(
    { length: 6 },
    (_, index) =>
      owner.sends(group, {
        photo: { bytes: jpeg(300 + index, 300), name: 'a.jpg' },
        caption: String(index + 1),
        media_group_id: 'g',
      }).message_id,
  )
  await waitUntil(() => gone.length > 0 && outbox.counts().pending === 0)
  return {
    gone,
    failed: outbox.counts().failed,
    tries: (caption: string) => tries.get(caption) ?? 0,
    told: group.transcript().flatMap(({ text, replyTo }) => {
      const picture = ids.indexOf(replyTo ?? 0)
      return picture === -1 ? [] : [[text, picture + 1]]
    }),
  }
}

const noAnswer = () => {
  throw retry('Telegram had a failure of its own (500)')
}

test('an album arrives whole, however often its pictures fail in all, and however often Telegram asks to wait', async () => {
  const album = await sendAlbum((_, tries) => {
    if (tries <= 4) noAnswer()
    if (tries <= 14) throw wait(1, 'Telegram asks to wait 1 s')
  })
  assert.deepEqual(album.gone, ['1', '2', '3', '4', '5', '6'])
  assert.deepEqual([album.failed, album.told], [0, []])
})

test('of an album of which a file never comes the others go, and an answer under the one that is missing says so', async () => {
  const album = await sendAlbum(caption => {
    if (caption === '3') noAnswer()
  })
  assert.deepEqual(album.gone, ['1', '2', '4', '5', '6'])
  assert.equal(album.failed, 1)
  assert.equal(album.tries('3'), 9)
  assert.deepEqual(album.told, [
    ['Not delivered to Mum (3 of 6): Telegram had a failure of its own (500)', 3],
  ])
})
