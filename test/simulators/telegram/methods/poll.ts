import { findChat, findMessage } from '../access.ts'
import { badRequest } from '../errors.ts'
import { parseMarkup } from '../markup.ts'
import { parseFormatted, type Query } from '../query.ts'
import { codePoints } from '../text.ts'
import type { RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { applyEdit } from './edit.ts'
import { send } from './send.ts'

export const sendPoll = (world: World, query: Query): RawMessage =>
  send(world, query, () => {
    const question = parseFormatted(query.text('question'), { parseMode: '', entities: undefined }).text
    const given = query.json('options', 'options JSON object')
    if (!Array.isArray(given)) throw badRequest('Expected an Array of InputPollOption')
    const options = given.map(option => String((option as { text?: unknown }).text ?? option))
    return {
      kind: 'polls',
      finish: () => {
        if (question.trim() === '') throw badRequest('poll question must be non-empty')
        if (codePoints(question) > 300) throw badRequest('poll question length must not exceed 300')
        if (options.length < 1) throw badRequest('poll must have at least 1 option')
        if (options.length > 12) throw badRequest("poll can't have more than 12 options")
        if (options.some(text => text.trim() === '')) throw badRequest('poll options must be non-empty')
        if (options.some(text => codePoints(text) > 100))
          throw badRequest('poll options length must not exceed 100')
        const poll = {
          id: String(world.serial()),
          question,
          options: options.map(text => ({ text, voter_count: 0 })),
          total_voter_count: 0,
          is_closed: query.flag('is_closed'),
          is_anonymous: query.text('is_anonymous') === '' || query.flag('is_anonymous'),
          type: query.text('type') === 'quiz' ? 'quiz' : 'regular',
          allows_multiple_answers: query.flag('allows_multiple_answers'),
        }
        return { fields: { poll } }
      },
    }
  })

export function stopPoll(world: World, query: Query): unknown {
  const { inline } = parseMarkup(query)
  const chat = findChat(world, query.text('chat_id'), 'edit')
  const entry = findMessage(world, chat, query.integer('message_id'), 'message with poll to stop')
  const poll = entry.message['poll'] as Record<string, unknown> | undefined
  if (entry.author !== world.bot.id || poll === undefined) throw badRequest("poll can't be stopped")
  if (poll['is_closed'] === true) throw badRequest('poll has already been closed')
  const fields = { poll: { ...poll, is_closed: true } }
  return applyEdit(world, { chat, entry }, { remove: ['poll'], fields, markup: inline })['poll']
}
