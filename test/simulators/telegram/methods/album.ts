import { findChat } from '../access.ts'
import { ApiError, badRequest } from '../errors.ts'
import type { MediaKind } from '../media.ts'
import { parseFormatted, type Query } from '../query.ts'
import type { RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { findSource, finishMedia, type MediaRequest, sendingOf } from './media.ts'
import { type Content, sendAll } from './send.ts'

const kinds = ['photo', 'video', 'animation', 'audio', 'document'] as const

/** Reads an InputMedia object, as `get_input_media` does. */
export function parseInputMedia(query: Query, given: unknown, forAlbum: boolean): MediaRequest {
  const fail = (why: string): never => {
    throw badRequest(`Can't parse InputMedia: ${why}`)
  }
  if (typeof given !== 'object' || given === null) return fail('expected an Object')
  const { type, media, caption, parse_mode, caption_entities, ...facts } = given as Record<string, unknown>
  const words = parseFormatted(String(caption ?? ''), {
    parseMode: String(parse_mode ?? ''),
    entities: caption_entities,
  })
  if (typeof type !== 'string') return fail(`Can't find field "type"`)
  const source = findSource(query, String(media ?? ''))
  if (source === undefined) return fail('media not found')
  if (type === 'animation' && forAlbum) return fail(`type "animation" can't be used in sendMediaGroup`)
  const kind = kinds.find(known => known === type)
  if (kind === undefined) return fail(`type "${type}" is unsupported`)
  const detected = forAlbum ? { ...facts, disable_content_type_detection: true } : facts
  return { kind, source, caption: words, facts: detected }
}

/** Photos and videos mix; audio and documents stay among themselves. All or none are sent. */
export function sendMediaGroup(world: World, query: Query): RawMessage[] {
  const albumId = String(13_000_000_000_000_000n + BigInt(world.serial()))
  const messages = sendAll(world, query, () => {
    const given = query.json('media', 'media JSON object')
    if (given === undefined) throw badRequest('parameter "media" is required')
    if (!Array.isArray(given)) throw badRequest('Expected an Array of InputMedia')
    const requests = given.map(item => parseInputMedia(query, item, true))
    return requests.map((request, index) => ({
      kind: sendingOf(world, request).kind,
      finish: () => {
        if (index === 0) checkAlbum(requests)
        return finishItem(world, request, { index, albumId, alone: requests.length === 1 })
      },
    }))
  })
  const outside = findChat(world, query.text('chat_id'), 'read').besideAlbum
  if (outside !== undefined) delete messages[outside]?.media_group_id
  return messages
}

function checkAlbum(requests: readonly MediaRequest[]): void {
  if (requests.length === 0) throw badRequest('there are no messages to send')
  if (requests.length > 10) throw badRequest('too many messages to send as an album')
  const groups = new Set(requests.map(({ kind }) => albumGroup(kind)))
  if (groups.size > 1) {
    const only = groups.has('audio') ? 'audio' : 'document'
    throw badRequest(`${only}s can't be mixed with other media types`)
  }
  const above = new Set(requests.map(({ facts }) => facts['show_caption_above_media'] === true))
  if (above.size > 1)
    throw badRequest('parameter show_caption_above_media must be the same for all messages in the album')
}

export const albumGroup = (kind: MediaKind): string =>
  kind === 'photo' || kind === 'video' ? 'visual' : kind

function finishItem(
  world: World,
  request: MediaRequest,
  { index, albumId, alone }: { index: number; albumId: string; alone: boolean },
): Content {
  try {
    const { fields, ...rest } = finishMedia(world, request)
    return { fields: alone ? fields : { media_group_id: albumId, ...fields }, ...rest }
  } catch (error) {
    if (!(error instanceof ApiError) || !/: [A-Z_]+$/.test(error.message)) throw error
    const reason = error.message.replace('Bad Request: ', '')
    throw badRequest(`failed to send message #${index + 1} with the error message "${reason}"`)
  }
}
