import { renderVotable, votableForm } from '../send/votable.ts'
import type { ChangeDesk } from './desk.ts'
import { keepNote } from './note.ts'
import { changeWords } from './words.ts'

/** How the votes stand: in the poll itself, or below a poll that the owner made in Telegram. */
export const showVotes = async (desk: ChangeDesk): Promise<void> => {
  const { content, parts, votes, isOver, notes } = desk.change.changed
  const [first] = parts
  if (content === undefined || first === undefined) return
  // It ends, and nobody has voted.
  if (!first.byBridge && votes.length === 0 && notes.tally === undefined) return
  const shown = renderVotable(content, { votes, isOver })
  if (first.byBridge) await changeWords(shown, desk)
  else await keepNote('tally', { words: shown, form: votableForm }, desk)
}
