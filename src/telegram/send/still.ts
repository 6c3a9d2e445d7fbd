import { readMovingWebp } from '../moving/webp.ts'

/**
 * The first picture of a moving WebP that fills it, as a WebP that stands still, cut out of the container without
 * decoding anything. Undefined when the file is no moving WebP or is damaged.
 */
export const stillOf = (file: Uint8Array): Uint8Array | undefined => {
  const moving = readMovingWebp(file)
  if (moving === undefined) return undefined
  const { frames } = moving
  const full = frames.find(({ width, height }) => width === moving.width && height === moving.height)
  return (full ?? frames[0])?.picture
}
