import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Card, CardContent } from '../../../src/bridge/content.ts'
import type { Media } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { reject, retry } from '../../../src/bridge/verdict.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery } from '../bench.ts'

const card = (words: string): Card => ({
  body: plainText(words),
  buttons: [{ label: 'Buy', url: `https://acme.example/${words}` }],
  media: { kind: 'media', as: 'image', media: { source: words }, caption: plainText('') },
})
const carousel: CardContent = {
  kind: 'card',
  body: plainText('Our picks'),
  buttons: [],
  more: [card('red'), card('green'), card('blue')],
}
const open = ({ source }: Media): Readable => Readable.from([jpeg(100 + source.length, 100)])

const shown = (bench: Bench) =>
  bench.home.transcript().map(({ kind, text, buttons }) => [kind, text, buttons.flat().join()])

test('the cards of a carousel stand one below the other, each with its picture and its buttons', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const asked = bench.owner.sends(bench.home, 'What have you got?').message_id
  const replyTo = { id: String(asked), fromMe: false, byBridge: false }
  await bench.network.send(delivery({ chat, content: carousel, senderLine: 'Acme', replyTo, bytes: open }))
  assert.deepEqual(shown(bench).slice(1), [
    ['text', 'Acme\nOur picks', ''],
    ['photo', 'red', 'Buy'],
    ['photo', 'green', 'Buy'],
    ['photo', 'blue', 'Buy'],
  ])
  assert.deepEqual(
    bench.home.transcript().map(each => each.replyTo),
    [undefined, asked, undefined, undefined, undefined],
  )
  bench.tg.assertNoSurprises()
})

test('of a card whose picture cannot be had, or is refused, the words stand there, and the others are whole', async () => {
  for (const failing of [retry('The media host cannot be reached'), reject('The file is damaged')]) {
    await using bench = await Bench.open()
    const chat = `telegram:${bench.owner.id}` as const
    const bytes = (media: Media): Readable => {
      if (media.source === 'green') throw failing
      return open(media)
    }
    await bench.network.send(delivery({ chat, content: carousel, bytes }))
    assert.deepEqual(shown(bench), [
      ['text', 'Our picks', ''],
      ['photo', 'red', 'Buy'],
      ['text', 'green', 'Buy'],
      ['photo', 'blue', 'Buy'],
    ])
  }
})

test('a carousel that was cut off in the middle goes on behind its last card', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const job = delivery({ chat, content: carousel, bytes: open })
  bench.tg.faults.next('sendPhoto', 'reset-before', { when: ({ caption }) => caption === 'green' })
  await assert.rejects(bench.network.send(job))
  await bench.network.send(job)
  assert.deepEqual(
    shown(bench).map(([, text]) => text),
    ['Our picks', 'red', 'green', 'blue'],
  )
})
