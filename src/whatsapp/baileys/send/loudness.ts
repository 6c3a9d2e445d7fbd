import { setImmediate as nextTurn } from 'node:timers/promises'
import type { OpusDecoder } from 'opus-decoder'
import { hushed } from '../keys/hush.ts'
import { OggPackets } from './ogg.ts'

/** Bars of the line that phones draw for a voice note, each of 0 to 100. */
const bars = 64
/** Levels that are kept, and so packets in a row that are decoded: longer recordings are looked at in samples. */
const kept = 4096
/** Packets that are decoded in one go: each takes well under a millisecond on a laptop. */
const atOnce = 16
/** Loudness below which everything is silence, of 1. */
const silence = 0.001

/**
 * Listens to a voice note while it goes by, for the line that phones draw: Telegram does not tell bots how loud one is. Of
 * what is no Ogg/Opus, or damaged, nothing is heard.
 */
export class Loudness {
  readonly #packets = new OggPackets()
  #decoder: OpusDecoder<8000> | undefined
  #levels: number[] = []
  /** Every so manieth packet is decoded. */
  #stride = 1
  #count = 0
  #isOver = false

  async take(piece: Uint8Array): Promise<void> {
    if (this.#isOver) return
    try {
      // The decoder complains on the console.
      await hushed(() => this.#listen(piece))
    } catch {
      this.end()
    }
    if (this.#packets.isBroken) this.end()
  }

  /** How loud it was over time; undefined where that was not understood to the end. Call `end` in any case. */
  get line(): Uint8Array | undefined {
    if (this.#isOver || this.#levels.length === 0) return undefined
    const levels = this.#levels
    const means = Array.from({ length: bars }, (_, bar) => {
      const from = Math.floor((bar * levels.length) / bars)
      const part = levels.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / bars)))
      return part.reduce((sum, level) => sum + level, 0) / part.length
    })
    const loudest = Math.max(...means)
    return Uint8Array.from(means, mean => (loudest < silence ? 0 : Math.round((100 * mean) / loudest)))
  }

  /** Gives the decoder's memory back. */
  end(): void {
    this.#isOver = true
    this.#decoder?.free()
    this.#decoder = undefined
  }

  async #listen(piece: Uint8Array): Promise<void> {
    for (const packet of this.#packets.take(piece)) {
      const number = this.#count++
      if (number === 0) this.#decoder = await openDecoder(packet)
      // The second one holds the tags.
      if (number < 2 || number % this.#stride !== 0) continue
      const { channelData, errors } = this.#decoder?.decodeFrame(packet) ?? { channelData: [], errors: [] }
      if (errors.length > 0) throw new Error('The sound is damaged')
      this.#levels.push(levelOf(channelData[0] ?? new Float32Array(1)))
      if (this.#levels.length === kept) this.#thin()
      // A slow machine has other things to do in between.
      if (this.#levels.length % atOnce === 0) await nextTurn()
    }
  }

  #thin(): void {
    this.#levels = this.#levels.filter((_, index) => index % 2 === 0)
    this.#stride *= 2
  }
}

/** By the head of the stream (RFC 7845 §5.1); of more than two channels nothing is heard. 8 kHz are enough for loudness. */
const openDecoder = async (head: Buffer): Promise<OpusDecoder<8000>> => {
  const [channels, family] = [head[9], head[18]]
  if (head.toString('latin1', 0, 8) !== 'OpusHead' || (channels !== 1 && channels !== 2) || family !== 0) {
    throw new Error('This is no Opus of one or two channels')
  }
  // It is large, and most runs never need it.
  const { OpusDecoder } = await import('opus-decoder')
  const decoder = new OpusDecoder({
    sampleRate: 8000,
    channels,
    streamCount: 1,
    coupledStreamCount: channels - 1,
    channelMappingTable: channels === 1 ? [0] : [0, 1],
  })
  await decoder.ready
  return decoder
}

/** Root mean square. */
const levelOf = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length))
