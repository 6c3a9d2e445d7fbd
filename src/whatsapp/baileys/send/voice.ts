import type { proto } from '@whiskeysockets/baileys'
import { Loudness } from './loudness.ts'

/** Bytes by which a file is known. */
const headSize = 8

type Open = (signal: AbortSignal) => AsyncIterable<Uint8Array>

/**
 * Listens to a voice note the first time that it is read. It is not read at all when an earlier attempt has uploaded it: then
 * nothing more is known of it here than its sender says.
 */
export const hear = (open: Open) => {
  const loudness = new Loudness()
  let readings = 0
  let head: Buffer = Buffer.alloc(0)
  return {
    async *open(signal: AbortSignal): AsyncGenerator<Uint8Array> {
      const isFirst = readings++ === 0
      for await (const piece of open(signal)) {
        if (isFirst) await loudness.take(piece)
        if (isFirst && head.length < headSize) head = Buffer.concat([head, piece.subarray(0, headSize)])
        yield piece
      }
    },
    /** What it is, by its bytes. */
    describe({ ptt, waveform, ...sound }: proto.Message.IAudioMessage): proto.Message.IAudioMessage {
      const mimetype = soundType(head)
      return mimetype === undefined
        ? { ...sound, ptt: ptt ?? false, waveform: loudness.line ?? waveform ?? null }
        : { ...sound, ptt: false, mimetype }
    },
    end: () => loudness.end(),
  }
}

/** What a file is that should have been Ogg; undefined where it is, or something that nobody knows. */
const soundType = (head: Buffer): 'audio/mpeg' | 'audio/mp4' | undefined => {
  if (head.toString('latin1', 4, 8) === 'ftyp') return 'audio/mp4'
  const [first = 0, second = 0] = head
  // Frames of MPEG sound begin with eleven bits that are set.
  const isMpeg = head.toString('latin1', 0, 3) === 'ID3' || (first === 0xff && second >= 0xe0)
  return isMpeg ? 'audio/mpeg' : undefined
}
