import { proto } from '@whiskeysockets/baileys'
import { files as bytes, samples } from '../../../test/simulators/samples.ts'
import type { Chat, Kind } from './chat.ts'

const film = async (
  { world }: Chat,
  more: proto.Message.IVideoMessage,
): Promise<proto.Message.IVideoMessage> => ({
  ...(await world.wa.media.put(bytes.film(), 'video')),
  mimetype: 'video/mp4',
  width: 640,
  height: 360,
  seconds: 12,
  ...more,
})

/** One of the pictures of the album `ALBUM`. */
const albumItem = async (chat: Chat, caption: string): Promise<proto.IMessage> => ({
  ...(await samples.photo(chat.world.wa.media, caption)),
  messageContextInfo: { messageAssociation: { associationType: 1, parentMessageKey: chat.key('ALBUM') } },
})

/** Everything with a file. */
export const files: readonly Kind[] = [
  {
    name: 'Photo',
    sent: '📷 photo · The *lake*',
    make: async chat => chat.says(await samples.photo(chat.world.wa.media, 'The *lake*'), { id: 'PHOTO' }),
    telegram: [/^📷 photo · The lake \{bold\}$/],
  },
  {
    name: '… and in HD',
    sent: '📷 the same in a better version',
    make: async chat => {
      const { imageMessage } = await samples.photo(chat.world.wa.media)
      const messageAssociation = {
        associationType: proto.MessageAssociation.AssociationType.HD_IMAGE_DUAL_UPLOAD,
        parentMessageKey: chat.key('PHOTO'),
      }
      await chat.says({
        associatedChildMessage: { message: { imageMessage: imageMessage ?? null } },
        messageContextInfo: { messageAssociation },
      })
    },
    telegram: [/^📷 photo · The lake \{bold\} \(edited\)$/],
  },
  {
    name: 'Video',
    sent: '🎬 video · A swan',
    make: async chat => chat.says({ videoMessage: await film(chat, { caption: 'A swan' }) }),
    telegram: [/^🎬 video · A swan$/],
  },
  {
    name: 'GIF',
    sent: 'GIF · lol',
    make: async chat => chat.says({ videoMessage: await film(chat, { caption: 'lol', gifPlayback: true }) }),
    telegram: [/^🔁 GIF · lol$/],
  },
  {
    name: 'Video note',
    sent: 'round video of 8 s',
    make: async chat => chat.says({ ptvMessage: await film(chat, { width: 384, height: 384, seconds: 8 }) }),
    telegram: [/^🔵 video note$/],
  },
  {
    name: 'Voice note',
    sent: '🎤 voice note of 3 s',
    make: async chat => chat.says(await samples.voice(chat.world.wa.media)),
    telegram: [/^🎤 voice note$/],
  },
  {
    name: 'Audio',
    sent: '🎵 song.mp3',
    make: async chat =>
      chat.says({
        audioMessage: {
          ...(await chat.world.wa.media.put(bytes.song(), 'audio')),
          mimetype: 'audio/mpeg',
          seconds: 200,
        },
      }),
    telegram: [/^🎵 audio$/],
  },
  {
    name: 'Document',
    sent: '📄 Timetable 4b.pdf · see page 3',
    make: async chat =>
      chat.says(await samples.document(chat.world.wa.media, 'Timetable 4b.pdf', 'see page 3')),
    telegram: [/^📄 Timetable 4b\.pdf · see page 3$/],
  },
  {
    name: 'Sticker',
    sent: '🎴 sticker',
    make: async chat => chat.says(await samples.sticker(chat.world.wa.media)),
    telegram: [/^🎴 sticker$/],
  },
  {
    name: 'Moving sticker',
    sent: '🎴 moving sticker',
    make: async chat => chat.says(await samples.movingSticker(chat.world.wa.media)),
    telegram: [/^🔁 GIF$/],
  },
  {
    name: 'Album',
    sent: '📷 photo · first + 📷 photo · second',
    make: async chat => {
      await chat.says({ albumMessage: { expectedImageCount: 2, expectedVideoCount: 0 } }, { id: 'ALBUM' })
      await chat.says(await albumItem(chat, 'first'))
      await chat.says(await albumItem(chat, 'second'))
    },
    telegram: [/^📷 photo · first \(of an album\)$/, /^📷 photo · second \(of an album\)$/],
  },
  {
    name: 'Seen once',
    sent: '(view once) 📷 photo · psst',
    make: async chat => {
      const { imageMessage } = await samples.photo(chat.world.wa.media, 'psst')
      await chat.says({
        viewOnceMessageV2: { message: { imageMessage: { ...imageMessage, viewOnce: true } } },
      })
    },
    telegram: [/^📷 photo · 👁 View once ⏎ psst/],
  },
]
