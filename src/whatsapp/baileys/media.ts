import type { Readable } from 'node:stream'
import type { Media } from '../../bridge/event.ts'
export const openMedia = async (
  _media: Media,
  _options: { signal: AbortSignal; mediaHost: string | undefined },
): Promise<Readable> => {
  throw new Error('x')
}
