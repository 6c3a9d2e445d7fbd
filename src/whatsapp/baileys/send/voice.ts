import type { proto } from '@whiskeysockets/baileys'
import { typeAmong } from './first-bytes.ts'
import { Loudness } from './loudness.ts'
import { shown } from './media-types.ts'

/** Bytes by which a file is known. */
const headSize = 32

const otherSounds = shown.audio.filter(type => !shown.voice.includes(type))

type Open = (signal: AbortSignal) => AsyncIterable<Uint8Array>

/**
 * Listens to a voice note the first time that it is read. It is not read at all when an earlier attempt has uploaded
 * it: then nothing more is known of it here than its sender says.
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
      const mimetype = typeAmong(otherSounds, head)
      return mimetype === undefined
        ? { ...sound, ptt: ptt ?? false, waveform: loudness.line ?? waveform ?? null }
        : { ...sound, ptt: false, mimetype }
    },
    end: () => loudness.end(),
  }
}
