import type { proto } from '@whiskeysockets/baileys'
import type { LocationContent } from '../../../bridge/content.ts'
import type { StandIn } from '../../../bridge/network.ts'
import { readRaw } from '../parse/context.ts'
import type { Scene } from './scene.ts'

/** Milliseconds from one position to the next: each rings on a phone. */
const pause = 5 * 60_000
/** Metres below which somebody has not moved. */
const near = 50

/**
 * Where a position that moves has got to, as a further message that answers the first: linked devices cannot move one in
 * WhatsApp (Baileys #1026, #1583). Undefined while the last one sent is fresh, or still right.
 */
export const renderMove = (
  parts: readonly StandIn[],
  place: LocationContent,
  { scene, timer, now }: { scene: Scene; timer: proto.IContextInfo; now: number },
): proto.IMessage | undefined => {
  const sent = parts.filter(({ fromMe }) => fromMe).map(part => ({ part, message: placeOf(part) }))
  const [first] = sent
  const last = sent.at(-1)
  if (first?.message === undefined || last?.message === undefined) return undefined
  const { latitude, longitude, accuracy } = place
  const hasEnded = place.live === 0
  if (!hasEnded && now - (last.part.at ?? 0) < pause) return undefined
  if (distance(last.message, place) < near) return undefined
  return {
    locationMessage: {
      degreesLatitude: latitude,
      degreesLongitude: longitude,
      name: hasEnded ? 'Live location (where it ended)' : 'Live location (moved on)',
      ...(accuracy !== undefined && { accuracyInMeters: Math.round(accuracy) }),
      contextInfo: {
        ...timer,
        stanzaId: first.part.id,
        participant: scene.myself,
        quotedMessage: { locationMessage: first.message },
      },
    },
  }
}

const placeOf = ({ raw }: StandIn): proto.Message.ILocationMessage | undefined =>
  raw === undefined ? undefined : (readRaw(raw).locationMessage ?? undefined)

/** Metres, on a plane: right to a few per thousand for what one travels in minutes. */
const distance = (from: proto.Message.ILocationMessage, to: LocationContent): number => {
  const metresPerDegree = 111_195
  const north = to.latitude - (from.degreesLatitude ?? 0)
  const east = (to.longitude - (from.degreesLongitude ?? 0)) * Math.cos((to.latitude * Math.PI) / 180)
  return Math.hypot(north, east) * metresPerDegree
}
