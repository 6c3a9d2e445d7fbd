import { badRequest } from '../errors.ts'
import type { Query } from '../query.ts'
import type { RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { send } from './send.ts'

interface Location {
  readonly latitude: number
  readonly longitude: number
  readonly [field: string]: number
}

export function parseLocation(query: Query): Location {
  for (const name of ['latitude', 'longitude'])
    if (query.text(name).trim() === '') throw badRequest(`${name} is empty`)
  const [latitude, longitude] = [Number(query.text('latitude')), Number(query.text('longitude'))]
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    throw badRequest('wrong latitude or longitude specified')
  const optional = ['horizontal_accuracy', 'live_period', 'heading', 'proximity_alert_radius'].flatMap(
    name => {
      const value = Number(query.text(name))
      return query.text(name) === '' || value === 0 ? [] : [[name, value]]
    },
  )
  return { latitude, longitude, ...Object.fromEntries(optional) }
}

export const sendLocation = (world: World, query: Query): RawMessage =>
  send(world, query, () => {
    const location = parseLocation(query)
    const period = location['live_period'] ?? 0
    return {
      kind: 'locations',
      finish: () => {
        if (period !== 0 && period !== 0x7fffffff && (period < 60 || period > 86_400))
          throw badRequest('Wrong live location period specified')
        return { fields: { location } }
      },
    }
  })

export const sendVenue = (world: World, query: Query): RawMessage =>
  send(world, query, () => {
    const { latitude, longitude } = parseLocation(query)
    const [title, address] = [query.text('title'), query.text('address')]
    return {
      kind: 'venues',
      finish: () => {
        if (title === '') throw badRequest('Venue title must be non-empty')
        if (address === '') throw badRequest('Venue address must be non-empty')
        const location = { latitude, longitude }
        return { fields: { venue: { location, title, address }, location } }
      },
    }
  })

export const sendContact = (world: World, query: Query): RawMessage =>
  send(world, query, () => {
    for (const name of ['phone_number', 'first_name'])
      if (query.text(name) === '') throw badRequest(`parameter "${name}" is required`)
    const fields = ['phone_number', 'first_name', 'last_name', 'vcard'].flatMap(name =>
      query.text(name) === '' ? [] : [[name, query.text(name)]],
    )
    return {
      kind: 'contacts',
      finish: () => {
        if (Buffer.byteLength(query.text('vcard')) > 2048) throw badRequest('contact vCard is too long')
        return { fields: { contact: Object.fromEntries(fields) } }
      },
    }
  })
