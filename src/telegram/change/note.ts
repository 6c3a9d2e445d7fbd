import type { NoteRole } from '../../bridge/network.ts'
import { editWords, type Words } from '../send/edit.ts'
import { textPart } from '../send/text.ts'
import { pieces } from '../split.ts'
import { type ChangeDesk, takeAway } from './desk.ts'

/**
 * Keeps the note under a message up to date: edits it, sends it when there is none, takes it away when it has nothing
 * to say. `form`: how its words look at any time: what looks so behind a backup may be it, and is not sent a second time.
 * `only`: it is not sent where the message is gone.
 */
export const keepNote = async (
  role: NoteRole,
  note: { readonly words: Words; readonly form: RegExp; readonly only?: boolean },
  desk: ChangeDesk,
): Promise<void> => {
  const { parts, notes } = desk.change.changed
  const known = notes[role]
  const [target] = parts
  const [words] = pieces(note.words.words)
  if (words === undefined) {
    if (known) await takeAway(known.id, desk)
    return
  }
  if (known) {
    const outcome = await editWords(known.id, { ...note.words, words, as: 'text' }, desk)
    if (outcome === 'done') return
    desk.change.onGone(known.id)
  }
  if (target === undefined) return
  const part = textPart(words, note.words)
  const look = { ...part.look, form: note.form }
  await desk.send({ ...part, look, role }, { ...target, only: note.only ?? false })
}
