import type { LocationContent } from '../../bridge/content.ts'
import { readKept } from '../send/kept.ts'
import { renderPosition } from '../send/places.ts'
import { repeatable } from '../send/repeatable.ts'
import type { ChangeDesk } from './desk.ts'

/** Moves a live position, and ends it. One whose time is over stays where it is. */
export const moveLocation = async (place: LocationContent, desk: ChangeDesk): Promise<void> => {
  const target = desk.change.changed.parts.find(
    ({ byBridge, raw }) => byBridge && (readKept(raw)?.as ?? 'bare') === 'bare',
  )
  if (target === undefined) return
  const id = { message_id: Number(target.id) }
  await repeatable('editMessageLiveLocation', { ...id, ...renderPosition(place) }, desk)
  if (place.live === 0) await repeatable('stopMessageLiveLocation', id, desk)
}
