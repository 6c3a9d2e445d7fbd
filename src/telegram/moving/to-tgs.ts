import { gzipSync } from 'node:zlib'
import * as z from 'zod/mini'
import { readEntry } from './zip.ts'

/** What Telegram takes as a drawn sticker (core.telegram.org/stickers, "Animation requirements"). */
const side = 512
const rates: readonly number[] = [30, 60]
const longest = 3
const largest = 64 * 1024

/** The drawing in a `.was` file. */
const drawingName = 'animation/animation.json'

const lottieSchema = z.looseObject({
  w: z.number().check(z.positive()),
  h: z.number().check(z.positive()),
  /** Pictures in a second; the first and the one behind the last. */
  fr: z.number(),
  ip: z.number(),
  op: z.number(),
  layers: z.array(z.looseObject({})),
  assets: z.optional(z.array(z.looseObject({}))),
})

type Lottie = z.infer<typeof lottieSchema>

/**
 * A drawn sticker of WhatsApp (`.was`, a zip with a Lottie drawing) as one of Telegram (`.tgs`, such a drawing in gzip).
 * Undefined where Telegram would not take it.
 */
export const toTgs = (file: Buffer): Uint8Array | undefined => {
  const json = readEntry(file, drawingName)
  if (json === undefined) return undefined
  let drawing: Lottie
  try {
    drawing = lottieSchema.parse(JSON.parse(json.toString()))
  } catch {
    return undefined
  }
  const { fr, ip, op, assets = [] } = drawing
  // Pictures inside a drawing have an address or bytes (`p`); Telegram draws none.
  if (!rates.includes(fr) || op <= ip || op - ip > longest * fr || assets.some(asset => 'p' in asset)) {
    return undefined
  }
  const tgs = gzipSync(JSON.stringify({ tgs: 1, ...fitted(drawing) }), { level: 9 })
  return tgs.length <= largest ? tgs : undefined
}

/** A drawing of another size becomes one layer of a drawing of the right one. */
const fitted = (drawing: Lottie): Lottie => {
  const { w, h, ip, op, layers, assets = [] } = drawing
  if (w === side && h === side) return drawing
  const fixed = (k: number | readonly number[]) => ({ a: 0, k })
  const percent = (100 * side) / Math.max(w, h)
  const whole = {
    ty: 0,
    refId: 'whole',
    w,
    h,
    ip,
    op,
    st: 0,
    ks: {
      o: fixed(100),
      r: fixed(0),
      a: fixed([w / 2, h / 2, 0]),
      p: fixed([side / 2, side / 2, 0]),
      s: fixed([percent, percent, 100]),
    },
  }
  return { ...drawing, w: side, h: side, assets: [...assets, { id: 'whole', layers }], layers: [whole] }
}
