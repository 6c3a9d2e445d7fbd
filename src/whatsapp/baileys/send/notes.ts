import type { SessionStore } from '../../../bridge/network.ts'

/** What is lost on the way to WhatsApp without being an error, by the name under which it is remembered. */
export const notes = {
  stills:
    'WhatsApp gets a still picture of moving stickers: converting them needs tools that wa2tg does not have. This is said only once.',
  files: 'WhatsApp gets this as a file: phones do not play or show this format. This is said only once.',
  places:
    'WhatsApp gets the place where a live location begins, every five minutes where it has got to, and where it ends: linked devices cannot move one there. This is said only once.',
} as const

export type Note = keyof typeof notes

const TYPE = 'told'

/** Says each thing once for each link: after that the sender knows. */
export const openNotes =
  (sessions: SessionStore) =>
  (note: Note, tell: (text: string) => void): void => {
    if (sessions.get(TYPE, note) !== undefined) return
    sessions.transaction(() => {
      tell(notes[note])
      sessions.set([{ type: TYPE, id: note, value: 'told' }])
    })
  }
