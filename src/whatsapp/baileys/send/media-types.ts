import type { MediaContent } from '../../../bridge/event.ts'
import { mimeTypeOf } from '../../../bridge/file-name.ts'

/** Exactly this: else phones take a voice note for a file. */
export const OPUS = 'audio/ogg; codecs=opus'

/**
 * What phones show and play; everything else can only be a file (as in mautrix-whatsapp, pkg/msgconv/from-matrix.go). The
 * first is what Telegram makes of a file of that kind, for where the sender says nothing.
 */
export const shown: Readonly<Record<Exclude<MediaContent['as'], 'document'>, readonly string[]>> = {
  image: ['image/jpeg', 'image/png'],
  video: ['video/mp4', 'video/3gpp'],
  animation: ['video/mp4'],
  'video-note': ['video/mp4'],
  voice: ['audio/ogg'],
  audio: ['audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/aac', 'audio/amr'],
  sticker: ['image/webp'],
}

const synonyms: Readonly<Record<string, string>> = {
  'audio/m4a': 'audio/mp4',
  'audio/mp3': 'audio/mpeg',
  'audio/opus': 'audio/ogg',
  'audio/x-aac': 'audio/aac',
  'audio/x-m4a': 'audio/mp4',
  'image/jpg': 'image/jpeg',
}

/** The type of a file by its sender's word, by the one name that WhatsApp has for it. */
export const whatsAppTypeOf = ({ as, media }: MediaContent): string => {
  const claimed = mimeTypeOf(media)
  if (/^[\w.+-]+\/[\w.+-]+$/.test(claimed)) return synonyms[claimed] ?? claimed
  return (as !== 'document' && shown[as][0]) || 'application/octet-stream'
}

/** Whether phones show a file of that type as what it is. */
export const isShown = (as: MediaContent['as'], mimeType: string): boolean =>
  as === 'document' || shown[as].includes(mimeType)
