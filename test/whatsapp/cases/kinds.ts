import { ELSEWHERE as NOT_CARRIED } from '../../telegram/cases/elsewhere.ts'
import { ELSEWHERE as NOT_SENT } from '../outgoing/elsewhere.ts'
import { CASES, type Case } from './case.ts'
import { NOT_PARSED, reasonOf } from './elsewhere.ts'

/** The kinds of content, by the field of the message or update that brings them. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['Text', /^(conversation|extendedTextMessage|text|rich_message)$/],
  ['Photo, video, GIF, video note', /^(image|video|ptv)Message$|^(photo|video|video_note|animation)$/],
  ['Voice, audio', /^audio/],
  ['Document', /^document(Message)?$/],
  ['Sticker', /^sticker/],
  ['Album, second version of a picture', /^(album|associatedChild)Message$/],
  ['Seen once, wrapped', /^(viewOnce|deviceSent|documentWithCaption|botForwarded)/],
  ['Location, venue, live location', /^(location|liveLocation|venue)/],
  ['Contact', /^contact/],
  ['Poll, vote', /^poll/],
  ['Appointment, answer', /^(event|encEvent)/],
  ['Reaction', /^(reaction|encReaction|message_reaction)/],
  ['Edit, deletion, pin, setting', /^(edited|secretEncrypted|protocol|pinInChat|pinned_)/],
  ['Buttons, list, template', /^(buttons|template|list|interactive|highlyStructured)/],
  ['Product, order, payment, invitation', /(product|order|payment|invite)/i],
  ['Call', /call(Log|Creation|Edit)?(Mess+age)?$/i],
  ['Status, channel, bot, question', /^(status|groupStatus|newsletter|bot|question|requestPhone)/],
  ['What Telegram alone has', /^(dice|game|checklist|giveaway|invoice)$/],
  ['Notice', /^(stub|forum_topic|new_chat|checklist_tasks|migrate)/],
  ['No message of its own', /^(nothing|placeholder|messageHistory|fastRatchet)/],
  ['Event beside the messages', /^ev-/],
]

/** What says nothing of the kind of a message. */
const BESIDE =
  /^(messageContextInfo|senderKey|message_|is_|from$|chat$|date$|caption|entities|reply_|quote$|sender_chat|media_group|has_|forward|update_id)/

const fieldOf = ({ id, direction, input, context }: Case): string => {
  const message = direction === 'wa2tg' ? input : messageIn([input].flat()[0] ?? {})
  if (typeof message === 'string') return message
  const field = Object.keys(message).find(key => !BESIDE.test(key))
  return field ?? (context.stub ? 'stub' : id.startsWith('ev-') ? id : 'nothing')
}

const messageIn = (update: Record<string, unknown>): Record<string, unknown> | string =>
  (update['message'] as Record<string, unknown> | undefined) ??
  Object.keys(update).find(key => key !== 'update_id') ??
  'nothing'

const kindOf = (which: Case): string => {
  const field = fieldOf(which)
  const found = KINDS.find(([, pattern]) => pattern.test(field))
  if (found === undefined) throw new Error(`The kind of ${which.id}, which brings "${field}", has no name`)
  return found[0]
}

const count = (cases: readonly Case[]) => {
  const [incoming, outgoing] = (['wa2tg', 'tg2wa'] as const).map(way =>
    cases.filter(({ direction }) => direction === way),
  ) as [Case[], Case[]]
  const run = (all: readonly Case[], reasons: typeof NOT_PARSED) =>
    all.filter(({ id }) => reasonOf(reasons, id) === undefined).length
  return {
    incoming: incoming.length,
    parsed: run(incoming, NOT_PARSED),
    carried: run(incoming, NOT_CARRIED),
    outgoing: outgoing.length,
    sent: run(outgoing, NOT_SENT),
  }
}

/** How many cases of each kind there are and are run: rows of a table in Markdown, the sum last. */
export const renderCounts = (): string => {
  const row = (name: string, cases: readonly Case[]) =>
    `| ${[name, ...Object.values(count(cases)).map(each => each || '–')].join(' | ')} |`
  return [
    ...KINDS.map(([kind]) =>
      row(
        kind,
        CASES.filter(each => kindOf(each) === kind),
      ),
    ),
    row('All', CASES),
  ].join('\n')
}
