import type { Change, StandIn } from '../../bridge/network.ts'
import { removeMessage } from '../send/edit.ts'
import type { Deletions } from '../send/joined.ts'
import type { Part } from '../send/part.ts'
import type { Desk } from '../send/repeatable.ts'

export interface ChangeOptions {
  readonly deletions: Deletions
  /** Whether the owner's messages show that they were delivered and read; that one failed they always show. */
  readonly receipts: boolean
}

/** What it takes to carry out one change. */
export interface ChangeDesk extends Desk {
  readonly change: Change
  readonly options: ChangeOptions
  /** Sends a message that stands under another one, or under some words of it, without a sound, and records it. */
  send(part: Part, under: Under): Promise<void>
}

export interface Under extends Pick<StandIn, 'id' | 'words'> {
  /** Where that is gone, it is not sent. */
  readonly only?: boolean
}

/** Takes a message of the bridge away, and records that. False when Telegram does not let it go. */
export const takeAway = async (id: string, desk: ChangeDesk): Promise<boolean> => {
  if ((await removeMessage(id, desk)) === 'refused') return false
  desk.change.onGone(id)
  return true
}
