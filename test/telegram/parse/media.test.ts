import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from 'grammy/types'
import type { Content } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { parseContent } from '../../../src/telegram/parse/content.ts'

const file = (id: string, size?: number) => ({
  file_id: `F${id}`,
  file_unique_id: `U${id}`,
  ...(size !== undefined && { file_size: size }),
})
const picture = (id: string, width: number, height: number, size?: number) => ({
  ...file(id, size),
  width,
  height,
})
const source = (id: string) => JSON.stringify({ fileId: `F${id}`, uniqueId: `U${id}` })
const still = (id: string, width: number, height: number, size?: number) => ({
  source: source(id),
  ...(size !== undefined && { size }),
  width,
  height,
})
const none = plainText('')

const cases: readonly (readonly [what: string, Partial<Message>, Content])[] = [
  [
    'a photo: the largest size, and the smallest as its still',
    {
      photo: [picture('s', 90, 68, 1500), picture('m', 320, 240, 20_000), picture('x', 1280, 960, 180_000)],
      caption: 'see',
    },
    {
      kind: 'media',
      as: 'image',
      media: {
        source: source('x'),
        still: still('s', 90, 68, 1500),
        mimeType: 'image/jpeg',
        size: 180_000,
        width: 1280,
        height: 960,
      },
      caption: plainText('see'),
    },
  ],
  [
    'a photo of one size',
    { photo: [picture('s', 60, 40)] },
    {
      kind: 'media',
      as: 'image',
      media: { source: source('s'), mimeType: 'image/jpeg', width: 60, height: 40 },
      caption: none,
    },
  ],
  [
    'a video with its still',
    {
      video: {
        ...picture('v', 640, 360, 500_000),
        duration: 12,
        mime_type: 'video/mp4',
        file_name: 'a.mp4',
        thumbnail: picture('t', 320, 180),
      },
    },
    {
      kind: 'media',
      as: 'video',
      media: {
        source: source('v'),
        still: still('t', 320, 180),
        mimeType: 'video/mp4',
        fileName: 'a.mp4',
        size: 500_000,
        width: 640,
        height: 360,
        seconds: 12,
      },
      caption: none,
    },
  ],
  [
    'a GIF, which is also a document',
    {
      animation: { ...picture('g', 320, 240), duration: 2, mime_type: 'video/mp4' },
      document: { ...file('g'), mime_type: 'video/mp4' },
    },
    {
      kind: 'media',
      as: 'animation',
      media: { source: source('g'), mimeType: 'video/mp4', width: 320, height: 240, seconds: 2 },
      caption: none,
    },
  ],
  [
    'a video note',
    { video_note: { ...file('n', 200_000), length: 384, duration: 8, thumbnail: picture('t', 320, 320) } },
    {
      kind: 'media',
      as: 'video-note',
      media: {
        source: source('n'),
        still: still('t', 320, 320),
        size: 200_000,
        width: 384,
        height: 384,
        seconds: 8,
      },
      caption: none,
    },
  ],
  [
    'a static sticker',
    {
      sticker: {
        ...picture('k', 512, 400),
        type: 'regular',
        is_animated: false,
        is_video: false,
        emoji: '🐸',
      },
    },
    {
      kind: 'media',
      as: 'sticker',
      media: {
        source: source('k'),
        mimeType: 'image/webp',
        width: 512,
        height: 400,
        animated: false,
        emoji: '🐸',
      },
      caption: none,
    },
  ],
  [
    'a moving sticker with its still',
    {
      sticker: {
        ...picture('k', 512, 512),
        type: 'regular',
        is_animated: true,
        is_video: false,
        thumbnail: picture('t', 128, 128),
      },
    },
    {
      kind: 'media',
      as: 'sticker',
      media: {
        source: source('k'),
        still: still('t', 128, 128),
        mimeType: 'application/x-tgsticker',
        width: 512,
        height: 512,
        animated: true,
      },
      caption: none,
    },
  ],
]

for (const [what, message, expected] of cases) {
  test(`What is read: ${what}`, () => assert.deepEqual(parseContent(message as Message), expected))
}

const text = 'see a.example and https://b.example/x'
const url = { type: 'url' as const, offset: 4, length: 9 }
const links: readonly (readonly [what: string, Partial<Message>, string | undefined])[] = [
  ['the first link', { entities: [url, { type: 'url', offset: 18, length: 19 }] }, 'a.example'],
  [
    'the link behind words',
    {
      entities: [
        { type: 'bold', offset: 0, length: 3 },
        { type: 'text_link', offset: 0, length: 3, url: 'https://c.example' },
      ],
    },
    'https://c.example',
  ],
  [
    'the one that the sender chose',
    { entities: [url], link_preview_options: { url: 'https://b.example/x' } },
    'https://b.example/x',
  ],
  [
    'none where the sender wants none',
    { entities: [url], link_preview_options: { is_disabled: true } },
    undefined,
  ],
  [
    'none in what is passed on',
    { entities: [url], forward_origin: { type: 'hidden_user', date: 0, sender_user_name: 'A' } },
    undefined,
  ],
  ['none where there is none', { entities: [{ type: 'email', offset: 0, length: 3 }] }, undefined],
]

for (const [what, message, expected] of links) {
  test(`Which link is previewed: ${what}`, () => {
    const content = parseContent({ text, ...message } as Message)
    assert.equal(content?.kind === 'text' ? content.previewUrl : 'no text', expected)
  })
}
