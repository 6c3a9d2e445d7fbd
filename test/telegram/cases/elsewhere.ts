import { NO_MESSAGE, NO_TOPICS, type Reasons } from '../../whatsapp/cases/elsewhere.ts'

/** Cases that are not carried to Telegram here, and why. */
export const ELSEWHERE: Reasons = {
  ...NO_MESSAGE,
  ...NO_TOPICS,
  'rf-thread-gone':
    'topics are not made by themselves, the owner is told: test/bridge/telegram-places.test.ts',
  'rf-topic-closed':
    'topics are not opened by themselves, the owner is told: test/bridge/telegram-places.test.ts',
  'wa-sticker-anim-none':
    'moving stickers become GIFs without any tool, as in wa-sticker-anim-sharp: test/telegram/moving/to-gif.test.ts',
  'wa-ciphertext-resolved-voice':
    'the message goes before its placeholder does, so that a crash in between loses nothing: test/telegram/send/placeholder.test.ts',
}
