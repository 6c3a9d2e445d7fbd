import type { MediaContent } from '../../bridge/event.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { editMedia } from '../send/edit.ts'
import { keepWords, readKept } from '../send/kept.ts'
import { renderMedia } from '../send/media.ts'
import { nameOwner } from '../send/owner.ts'
import type { Outcome } from '../send/repeatable.ts'
import { captionFields } from '../send/text.ts'
import { setButtons } from '../settle/probe.ts'
import type { ChangeDesk } from './desk.ts'
import { probing, readSaid } from './read-sent.ts'

/**
 * Puts another file in the place of the one that was sent: the same picture in a better version. Its caption stays where the
 * new one has none. What Telegram does not take in that place (in an album, for instance) is left as it was.
 */
export const changeFile = async (content: MediaContent, desk: ChangeDesk): Promise<void> => {
  const { change, context } = desk
  const slot = change.changed.parts.find(
    ({ byBridge, raw }) => byBridge && (readKept(raw)?.as ?? 'caption') === 'caption',
  )
  if (slot === undefined) return
  const kept = readKept(slot.raw)
  const head = kept?.head ?? plainText('')
  const named = nameOwner(content, context)
  const [part] = named.kind === 'media' ? renderMedia(named, head, context) : []
  if (named.kind !== 'media' || !part?.file) return
  const captioned = (words: RichText) => ({ ...part, payload: { ...part.payload, ...captionFields(words) } })
  if (named.caption.text.trim() !== '') {
    const outcome = await editMedia(slot.id, part, desk)
    const raw = keepWords(kept, part.look.words)
    if (outcome === 'done' && raw !== undefined) change.onSent({ id: slot.id, raw })
    return
  }
  if (kept?.words) {
    await editMedia(slot.id, captioned(kept.words), desk)
    return
  }
  const said = await readSaid(slot.id, desk)
  if (typeof said === 'string') return
  let outcome: Outcome | undefined
  try {
    outcome = await editMedia(slot.id, captioned(said.words), desk)
  } finally {
    // A successful edit took away the button by which the words were read.
    if (outcome !== 'done') await setButtons(Number(slot.id), undefined, probing(desk)).catch(() => undefined)
  }
}
