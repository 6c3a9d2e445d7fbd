import { type Content, isOnEarth } from '../../../bridge/content.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { LATEST, type LongNumber, type ParseContext, toNumber } from './context.ts'
import { webUrl } from './lines.ts'
import type { Field } from './said.ts'
import { textOf } from './text.ts'

/** A date to meet: WhatsApp calls it an event. Its times are in seconds. */
export const readAppointment = (event: Field<'eventMessage'>, context: ParseContext): Content => {
  const { name, description, location, contextInfo } = event
  const start = millisecondsOf(event.startTime)
  const end = millisecondsOf(event.endTime)
  const place = [location?.name, location?.address].filter(Boolean).join(', ')
  const { degreesLatitude: latitude, degreesLongitude: longitude } = location ?? {}
  const link = webUrl(event.joinLink)
  const isPlace = latitude != null && longitude != null && isOnEarth({ latitude, longitude })
  return {
    kind: 'appointment',
    title: oneLine(name ?? '') || 'Event',
    ...(description && { description: textOf(description, contextInfo, context) }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(place !== '' && { place: oneLine(place) }),
    ...(isPlace && (latitude !== 0 || longitude !== 0) && { latitude, longitude }),
    ...(link !== undefined && { link }),
    ...(event.isCanceled && { cancelled: true }),
  }
}

const millisecondsOf = (seconds: LongNumber): number | undefined => {
  const milliseconds = (toNumber(seconds) ?? 0) * 1000
  return milliseconds > 0 && milliseconds <= LATEST ? milliseconds : undefined
}
