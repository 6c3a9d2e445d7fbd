import type { JoinedContent } from '../bridge/content.ts'
import type { Layout, SentPart, TextPlace } from '../bridge/network.ts'
import { cut, hasWords } from './change/words.ts'
import { maxEntities, sliceRich } from './entities.ts'
import { type Deletions, layJoined } from './send/joined.ts'
import { readKept } from './send/kept.ts'

/**
 * Where several texts stand in the messages that show them (`Network.layOut`). Made anew from what is remembered of
 * them, so it holds for what Telegram shows as long as all edits are carried out; where it is used, words are compared.
 */
export const layOut = (content: JoinedContent, parts: readonly SentPart[], deletions: Deletions): Layout => {
  const { whole, reaches } = layJoined(content, deletions)
  const slots = parts.flatMap(({ raw }, part) => {
    const kept = readKept(raw)
    return hasWords(kept) ? [{ part, kept }] : []
  })
  const [first] = slots
  const head = first?.kept?.head
  const shift = head?.text.length ?? 0
  const all = `${head?.text ?? ''}${whole.text}`.toWellFormed()
  const texts: string[] = parts.map(() => '')
  const places: TextPlace[] = []
  let end = 0
  const messages = cut({ words: whole, marks: maxEntities }, { head, as: first?.kept?.as })
  for (const [index, { look, file }] of messages.entries()) {
    const part = slots[index]?.part
    // Only blanks are lost at a cut. What is too long for messages is a file.
    const begin = all.indexOf(look.words.text, end)
    if (part === undefined || file || begin < 0) break
    end = begin + look.words.text.length
    texts[part] = look.words.text
    for (const reach of reaches) {
      const [from, words, to] = [reach.from, reach.words, reach.to].map(
        at => Math.min(Math.max(at + shift, begin), end) - begin,
      )
      if (from === undefined || words === undefined || to === undefined || to <= from) continue
      const said = sliceRich(look.words, words, to)
      places.push({ item: content.items.indexOf(reach.item), part, from, to, words: { said, at: words } })
    }
  }
  return { texts, places: places.toSorted((a, b) => a.item - b.item || a.part - b.part) }
}
