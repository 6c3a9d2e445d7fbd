import { isOnEarth, type LocationContent, mapLink } from '../../bridge/content.ts'
import { oneLine, plainText } from '../../bridge/rich-text.ts'
import { clip } from './line.ts'
import type { Part } from './part.ts'
import { answersFirst, renderText, textPart } from './text.ts'

/** Metres: the widest that Telegram takes. */
const maxAccuracy = 1500
/** Characters of a name. */
const titleLimit = 255
/** Seconds that a position may move. */
const live = { shortest: 60, longest: 86_400 } as const

/** A place as a venue when it has a name, else as a point on the map, which moves when it is live; the comment follows. */
export const renderLocation = (place: LocationContent): Part[] => {
  const { latitude, longitude, name, address, comment } = place
  const lines = [name, address, comment].filter(line => line !== undefined && line.trim() !== '')
  if (!isOnEarth(place)) {
    return renderText(plainText(['📍', `${latitude}, ${longitude}`, ...lines].join('\n')))
  }
  const look = { words: plainText(''), location: { latitude, longitude } }
  const link = mapLink(place)
  const title = clip(oneLine(name ?? address ?? ''), titleLimit)
  if (place.live || !title) {
    const point: Part = {
      method: 'sendLocation',
      payload: { ...renderPosition(place), ...(place.live && { live_period: livePeriod(place.live) }) },
      look: { ...look, kinds: ['location'] },
      plainer: textPart(plainText(`📍 ${link}`)),
    }
    return [point, ...answering(lines.join('\n'))]
  }
  const venue: Part = {
    method: 'sendVenue',
    payload: { latitude, longitude, title, address: oneLine(address ?? '') || `${latitude}, ${longitude}` },
    look: { ...look, kinds: ['venue'], title },
    plainer: textPart(
      plainText([`📍 ${title}`, clip(oneLine(address ?? ''), titleLimit), link].filter(Boolean).join('\n')),
    ),
  }
  return [venue, ...answering(comment ?? '')]
}

/** Where a point is, as `sendLocation` and `editMessageLiveLocation` take it. */
export const renderPosition = ({ latitude, longitude, accuracy, heading }: LocationContent) => ({
  latitude,
  longitude,
  ...(accuracy !== undefined && { horizontal_accuracy: Math.min(Math.max(accuracy, 0), maxAccuracy) }),
  ...(heading !== undefined && heading >= 1 && heading <= 360 && { heading: Math.round(heading) }),
})

const livePeriod = (seconds: number): number =>
  Math.min(Math.max(Math.round(seconds), live.shortest), live.longest)

const answering = (text: string): Part[] => renderText(plainText(text)).map(answersFirst)
