import type { Reasons } from '../cases/elsewhere.ts'

/** Cases that go out and are not played, and why. */
export const ELSEWHERE: Reasons = {
  'tg-sticker-webm': 'there is no ffmpeg, as in tg-sticker-webm-notool: test/whatsapp/outgoing-cases.test.ts',
  'tg-download-fail': 'a file that Telegram does not give away: test/telegram/media.test.ts',
}
