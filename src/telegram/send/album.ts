import type { AlbumContent } from '../../bridge/content.ts'
import type { MediaContent } from '../../bridge/event.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { renderMedia, titleOf, withHead } from './media.ts'
import type { Part, RenderOptions } from './part.ts'
import { above, renderText } from './text.ts'

/** Messages that Telegram takes as one album. */
const mostItems = 10

/**
 * Pictures and films side by side. Telegram mixes photos with videos, but documents and audio only with their like, so an
 * album may become several, and what stands alone among others goes by itself; the order of the items stays. What is too
 * long for a caption follows behind all of them, each as an answer to its item.
 */
export const renderAlbum = (
  { items, apart = false }: AlbumContent,
  head: RichText,
  options: RenderOptions,
): Part[] => {
  const rendered = items.map((item, index) =>
    renderItem(item, { head: index === 0 ? head : plainText(''), options, item: index }),
  )
  const main = rendered.flatMap(parts => parts.filter(part => part.answers !== 0))
  const rest = rendered.flatMap(parts => {
    const [first] = parts
    const at = first ? main.indexOf(first) : 0
    return parts.filter(part => part.answers === 0).map(part => ({ ...part, answers: at }))
  })
  return [...(apart ? main : gather(main)), ...rest]
}

const renderItem = (
  content: MediaContent,
  { head, options, item }: { head: RichText; options: RenderOptions; item: number },
): Part[] => {
  const lost = plainText(`[${titleOf(content.as)} could not be carried over]\n`)
  const [words] = withHead(joinRich(head, lost), start => renderText(above(start, content.caption)))
  const [document] =
    content.as === 'document' ? [] : renderMedia({ ...content, as: 'document' }, head, options)
  const plainest = words && { ...words, item, lost: true as const }
  const plainer = document?.file ? { ...document, item, ...(plainest && { plainer: plainest }) } : plainest
  return renderMedia(content, head, options).map(part => ({
    ...part,
    item,
    ...(part.file && plainer && { plainer }),
  }))
}

/** Numbers the runs of neighbours that can be one album. */
const gather = (parts: readonly Part[]): Part[] => {
  let album = 0
  let run: Part[] = []
  const gathered: Part[] = []
  const close = (): void => {
    album++
    gathered.push(...(run.length > 1 ? run.map(part => ({ ...part, album })) : run))
    run = []
  }
  for (const part of parts) {
    if (run.length === mostItems || (run[0] && sortOf(part) !== sortOf(run[0]))) close()
    if (sortOf(part) === undefined) gathered.push(part)
    else run.push(part)
  }
  close()
  return gathered
}

/** What Telegram mixes in one album; undefined for what stands alone. */
const sortOf = ({ file }: Part): string | undefined => {
  if (file === undefined) return undefined
  if (file.field === 'photo' || file.field === 'video') return 'seen'
  return file.field === 'document' || file.field === 'audio' ? file.field : undefined
}
