import { findChat } from '../access.ts'
import { defined } from '../chats.ts'
import { badRequest } from '../errors.ts'
import { chatMember } from '../membership.ts'
import type { Query } from '../query.ts'
import type { World } from '../world.ts'

export function getChat(world: World, query: Query): unknown {
  const chat = findChat(world, query.text('chat_id'), 'read')
  const pinned = chat.pinned.flatMap(id => chat.entries.get(id) ?? []).at(-1)
  const isGroup = chat.type === 'group' || chat.type === 'supergroup'
  const may = (kind: string): boolean => !chat.forbidden.has('messages') && !chat.forbidden.has(kind)
  return {
    ...chat.toRaw(),
    ...defined({ pinned_message: pinned?.message }),
    ...(chat.allowedReactions && {
      available_reactions: [...chat.allowedReactions].map(emoji => ({ type: 'emoji', emoji })),
    }),
    ...(isGroup && {
      permissions: {
        can_send_messages: may('text messages'),
        can_send_photos: may('photos'),
        can_send_videos: may('videos'),
        can_send_audios: may('music'),
        can_send_documents: may('documents'),
        can_send_voice_notes: may('voice notes'),
        can_send_video_notes: may('video notes'),
        can_send_other_messages: may('stickers'),
      },
    }),
    accepted_gift_types: {},
    accent_color_id: 0,
    max_reaction_count: 11,
  }
}

export function getChatMember(world: World, query: Query): unknown {
  const id = query.integer('user_id')
  const chat = findChat(world, query.text('chat_id'), id === world.bot.id ? 'read' : 'members')
  if (id === world.bot.id) return chatMember(world, chat)
  const user = chat.members.get(id)
  if (user !== undefined) {
    const creator = chat.type !== 'private' && user === [...chat.members.values()][0]
    return creator ? { user, status: 'creator', is_anonymous: false } : { user, status: 'member' }
  }
  const known = world.users.get(id)
  if (known === undefined) throw badRequest('PARTICIPANT_ID_INVALID')
  return { user: known, status: 'left' }
}

export function getChatMemberCount(world: World, query: Query): number {
  return findChat(world, query.text('chat_id'), 'members').members.size + 1
}

export function getChatAdministrators(world: World, query: Query): unknown {
  const chat = findChat(world, query.text('chat_id'), 'members')
  if (chat.type === 'private') throw badRequest('there are no administrators in the private chat')
  const [creator] = chat.members.values()
  return [
    ...(creator === undefined ? [] : [{ user: creator, status: 'creator', is_anonymous: false }]),
    ...(chat.isAdmin ? [chatMember(world, chat)] : []),
  ]
}

export function leaveChat(world: World, query: Query): true {
  findChat(world, query.text('chat_id'), 'read').botStatus = 'left'
  return true
}

export function getFile(world: World, query: Query): unknown {
  const file = world.files.byId(query.text('file_id'))
  if (query.text('file_id') === '') throw badRequest('file_id not specified')
  if (file === undefined) throw badRequest('wrong file_id or the file is temporarily unavailable')
  if (file.size > 20 * 1024 * 1024) throw badRequest('file is too big')
  return { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.size, file_path: file.path }
}
