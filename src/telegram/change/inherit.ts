import { joinRich } from '../entities.ts'
import { editWords } from '../send/edit.ts'
import { keepHead, readKept } from '../send/kept.ts'
import { captionLimit, trimRich } from '../split.ts'
import type { ChangeDesk } from './desk.ts'
import { readSaid } from './read-sent.ts'

/**
 * The sender's name stands on the first picture of an album alone: where that goes, the next one takes it over. Before it
 * goes, since nobody knows the name any more when the bridge is stopped in between. One whose words are as long as they may
 * be stays without.
 */
export const inheritHead = async (desk: ChangeDesk): Promise<void> => {
  const { parts, heir } = desk.change.changed
  const head = parts.map(({ raw }) => readKept(raw)?.head).find(each => each !== undefined)
  const kept = readKept(heir?.raw)
  if (head === undefined || heir === undefined || !heir.byBridge) return
  if (kept === undefined || kept.head !== undefined || (kept.as !== 'text' && kept.as !== 'caption')) return
  const said = kept.words ? { words: kept.words } : await readSaid(heir.id, desk)
  // Of one in an album an earlier version kept no words.
  if (typeof said === 'string') return
  const words = trimRich(joinRich(head, said.words))
  if ([...words.text].length > captionLimit) return
  const outcome = await editWords(heir.id, { as: kept.as, words }, desk)
  if (outcome === 'done') desk.change.onSent({ id: heir.id, raw: keepHead(kept, head, words) })
}
