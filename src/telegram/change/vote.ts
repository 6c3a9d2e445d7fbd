import { renderVotable, votableForm } from '../send/votable.ts'
import type { ChangeDesk } from './desk.ts'
import { keepNote } from './note.ts'
import { changeWords } from './words.ts'

/** How a poll stands, with its votes: in the poll itself, or below one that the owner made in Telegram. */
export const showVotes = async (desk: ChangeDesk): Promise<void> => {
  const { event, changed } = desk.change
  const { content, parts, votes, isOver, notes } = changed
  const [first] = parts
  if (content === undefined || first === undefined) return
  // It ends, and nobody has voted.
  const isEnd = event.kind === 'vote' && votes.length === 0
  if (!first.byBridge && isEnd && notes.tally === undefined) return
  const shown = renderVotable(content, { votes, isOver })
  if (first.byBridge) await changeWords(shown, desk)
  else await keepNote('tally', { words: shown, form: votableForm }, desk)
}
