import { createHash } from 'node:crypto'
import type { Media } from '../../bridge/event.ts'
import { mimeTypeOf } from '../../bridge/file-name.ts'
import { plainText } from '../../bridge/rich-text.ts'
import { clip, styled } from './line.ts'
import { forms } from './media-form.ts'
import type { Part } from './part.ts'
import { renderText } from './text.ts'

const longestLabel = 500

/**
 * A sticker of WhatsApp that moves, given the part that would send it still. Of pictures it becomes a GIF, and where that
 * cannot be made, the first one. A drawn one becomes one of Telegram's, or what it says of itself.
 */
export const moved = (still: Part, media: Media): Part => {
  const { file } = still
  if (file === undefined) return still
  if (mimeTypeOf(media) !== 'application/was') {
    const { method, field, kinds } = forms.animation
    const name = nameOf(media)
    return {
      ...still,
      method,
      payload: {},
      file: { ...file, field, name, moving: 'gif' },
      look: { kinds, words: plainText(''), fileName: name },
      plainer: still,
    }
  }
  const label = clip(media.label ?? 'Animated sticker', longestLabel)
  const [words] = renderText(styled(label, 'italic'), { markup: still.markup })
  return {
    ...still,
    file: { ...file, name: 'sticker.tgs', moving: 'tgs' },
    ...(words && { plainer: words }),
  }
}

/** It says nothing else, and nobody knows its size before: the name tells it from another one in doubt. */
const nameOf = ({ source }: Media): string =>
  `sticker-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.gif`
