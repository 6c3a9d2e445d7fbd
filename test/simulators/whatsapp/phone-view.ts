import type { proto } from '@whiskeysockets/baileys'
import type { MediaServer } from './media-server.ts'
import { describeContent } from './phone-content.ts'

/** A file as a phone has it when it has been downloaded, decrypted and verified. */
export interface ShownFile {
  bytes: Buffer
  mime: string
  name?: string
  width?: number
  height?: number
  seconds?: number
  /** The picture that stands there until the file has been loaded. */
  thumbnail?: Buffer
  waveform?: number[]
}

/** What a person sees of a message. */
export interface Shown {
  /**
   * `text`, `photo`, `video`, `gif`, `video note`, `voice`, `audio`, `document`, `sticker`, `location`, `contacts`; other
   * kinds by their field of `proto.Message`; `broken` where a phone shows nothing, or that something is wrong.
   */
  kind: string
  /** The text or caption. */
  text: string
  file?: ShownFile
  location?: { latitude: number; longitude: number; name?: string; address?: string }
  /** `whatsapp`: the number that a phone offers to write to. */
  contacts?: { name: string; vcard: string; whatsapp?: string }[]
  preview?: { url: string; title: string; description: string }
  /**
   * Id, author and words of the message that it visibly answers; `kind` of a file without words. `chat`: where that
   * stands, if not in the same chat.
   */
  quote?: { id: string; author: string; text: string; chat?: string }
  forwarded: boolean
  viewOnce: boolean
  /** Seconds after which the message disappears. */
  lasts?: number
  /** Why it is broken. */
  problem?: string
}

/** Wrappers that phones put around a message, or expect around it. */
const WRAPPERS = [
  'viewOnceMessage',
  'viewOnceMessageV2',
  'documentWithCaptionMessage',
  'ephemeralMessage',
] as const

/**
 * Shows a message as a phone would: downloads its file, decrypts it, and believes nothing. What a real phone would not
 * accept (or, where that is not known, what no phone sends) comes out as `broken`.
 */
export async function showMessage(sent: proto.IMessage, media: MediaServer): Promise<Shown> {
  const message = sent.deviceSentMessage?.message ?? sent
  const wrapper = WRAPPERS.find(name => message[name]?.message)
  const inner = (wrapper && message[wrapper]?.message) ?? message
  const fields = Object.keys(inner).filter(field => !BESIDE.includes(field))
  const [field, ...others] = fields
  const base = { text: '', forwarded: false, viewOnce: false }
  try {
    if (field === undefined) throw new Error('There is no content')
    if (others.length > 0) throw new Error(`There are several contents: ${fields.join(', ')}`)
    const secret = message.messageContextInfo?.messageSecret
    if (secret && secret.length !== 32) throw new Error('The message secret is not 32 bytes')
    const content = inner[field as keyof proto.IMessage] as Content | string
    const info = typeof content === 'string' ? {} : content
    checkWrapper(wrapper, field, info)
    if (info.viewOnce) base.viewOnce = true
    return { ...base, ...showContext(info.contextInfo), ...(await describeContent(field, inner, media)) }
  } catch (error) {
    return { ...base, kind: 'broken', problem: error instanceof Error ? error.message : String(error) }
  }
}

/** What may stand beside the content. */
const BESIDE = ['messageContextInfo', 'senderKeyDistributionMessage']

/** What fields of content have in common. */
interface Content {
  caption?: string | null
  viewOnce?: boolean | null
  contextInfo?: proto.IContextInfo | null
}

function checkWrapper(wrapper: (typeof WRAPPERS)[number] | undefined, field: string, content: Content): void {
  const isWrapped = wrapper?.startsWith('viewOnce') ?? false
  if ((isWrapped || content.viewOnce) && !['imageMessage', 'videoMessage', 'audioMessage'].includes(field))
    throw new Error(`A "${field}" cannot be viewed once`)
  // Old clients send the flag alone; the wrapper without it is nobody's.
  if (isWrapped && !content.viewOnce) throw new Error('The wrapper of viewOnce is there without it')
  if (wrapper === 'documentWithCaptionMessage' && (field !== 'documentMessage' || !content.caption))
    throw new Error('documentWithCaptionMessage is for documents that have a caption')
}

function showContext(info: proto.IContextInfo | null | undefined): Partial<Shown> {
  if (!info) return {}
  const shown: Partial<Shown> = {
    ...(info.isForwarded && { forwarded: true }),
    ...(info.expiration && { lasts: info.expiration }),
  }
  if (!info.stanzaId) return shown
  if (!info.participant || !info.quotedMessage) throw new Error('A quote needs an author and a message')
  return {
    ...shown,
    quote: {
      id: info.stanzaId,
      author: info.participant,
      text: wordsOf(info.quotedMessage),
      ...(info.remoteJid && { chat: info.remoteJid }),
    },
  }
}

/** The words of a message that is quoted, or the field of one that has none. */
function wordsOf(message: proto.IMessage): string {
  const [field, content] = Object.entries(message).find(([, value]) => value !== null) ?? ['', '']
  if (typeof content === 'string') return content
  return content?.text ?? content?.caption ?? content?.fileName ?? field
}
