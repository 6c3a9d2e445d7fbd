import type { Message } from 'grammy/types'
import type { Place } from '../address.ts'
import { renderJoined } from '../send/joined.ts'
import type { Part } from '../send/part.ts'
import { textPart } from '../send/text.ts'
import { matchMessage } from './match.ts'
import { matchJoined } from './match-joined.ts'

/** Compares with the part, each plainer form of it, what it may have gone together with, and what it may have become. */
export const matchPart = (
  message: Message,
  part: Part,
  place: Place,
): { readonly exact: boolean; readonly part: Part } | undefined => {
  const match = matchMessage(message, part.look, place)
  const { together: _, since = [], ...alone } = part
  if (match !== undefined) return { exact: match === 'exact', part: alone }
  const together = part.together && matchJoined(message, part.together, place)
  if (together) return { exact: true, part: { ...textPart(renderJoined(together)), together } }
  for (const other of part.plainer ? [part.plainer, ...since] : since) {
    const found = matchPart(message, other, place)
    if (found) return found
  }
  return undefined
}
