import type { AlbumContent } from '../../../bridge/content.ts'
import { renderMedia } from './media.ts'
import type { Part, RenderOptions } from './part.ts'

/**
 * An album: its announcement, and each photo and film as a message that names it. What WhatsApp shows neither as a photo
 * nor as a film goes along by itself, and so does everything where less than two are left.
 */
export const renderAlbum = ({ items }: AlbumContent, options: RenderOptions): Part[] => {
  const parts = items.flatMap((content, item) =>
    renderMedia(content, options).map(part => ({ ...part, item })),
  )
  const [images, videos] = (['imageMessage', 'videoMessage'] as const).map(field =>
    parts.filter(({ message }) => message[field]),
  )
  const [expectedImageCount, expectedVideoCount] = [images?.length ?? 0, videos?.length ?? 0]
  if (expectedImageCount + expectedVideoCount < 2) return parts
  return [
    { message: { albumMessage: { expectedImageCount, expectedVideoCount } }, announces: true },
    ...parts,
  ]
}
