import { badRequest } from '../errors.ts'
import { parseMarkup } from '../markup.ts'
import type { Query } from '../query.ts'
import { kindOf } from '../transcript.ts'
import type { RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { albumGroup, parseInputMedia } from './album.ts'
import { applyEdit, findEditable } from './edit.ts'
import { finishMedia } from './media.ts'
import { parseLocation } from './places.ts'

const replaced =
  'text entities caption caption_entities photo video animation audio document has_media_spoiler show_caption_above_media'.split(
    ' ',
  )

/** A text may become media; media never becomes text, and an album's item stays of its sort. */
export function editMessageMedia(world: World, query: Query): RawMessage {
  const { inline } = parseMarkup(query)
  const given = query.json('media', 'input media JSON object')
  if (given === undefined) throw badRequest('parameter "media" is required')
  const request = parseInputMedia(query, given, false)
  const target = findEditable(world, query)
  const { message } = target.entry
  const now = kindOf(message)
  if (!['text', 'photo', 'video', 'animation', 'audio', 'document'].includes(now))
    throw badRequest('There is no media in the message to edit')
  if (
    message.media_group_id !== undefined &&
    albumGroup(request.kind) !== (now === 'photo' ? 'visual' : albumGroup(now as 'video'))
  )
    throw badRequest("Can't use the media of the specified type in the album")
  const { fields, fileId } = finishMedia(world, request)
  const edited = applyEdit(world, target, { remove: replaced, fields, markup: inline })
  if (fileId !== undefined) target.entry.fileId = fileId
  return edited
}

export function editMessageLiveLocation(world: World, query: Query): RawMessage {
  const location = parseLocation(query)
  const { inline } = parseMarkup(query)
  const target = findLive(world, query)
  const before = target.entry.message['location'] as Record<string, unknown>
  const fields = { location: { ...before, ...location, live_period: before['live_period'] } }
  return applyEdit(world, target, { remove: ['location'], fields, markup: inline })
}

export function stopMessageLiveLocation(world: World, query: Query): RawMessage {
  const { inline } = parseMarkup(query)
  const target = findLive(world, query)
  const { live_period: _, ...still } = target.entry.message['location'] as Record<string, unknown>
  return applyEdit(world, target, { remove: ['location'], fields: { location: still }, markup: inline })
}

function findLive(world: World, query: Query): ReturnType<typeof findEditable> {
  const target = findEditable(world, query)
  const { message } = target.entry
  const location = message['location'] as { live_period?: number } | undefined
  if (location?.live_period === undefined) throw badRequest("message can't be edited")
  if (message.date + location.live_period <= world.clock.seconds())
    throw badRequest("message can't be edited")
  return target
}
