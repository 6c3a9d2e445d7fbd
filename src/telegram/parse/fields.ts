import type { Message } from 'grammy/types'

/** What a field of a message is: read by `content.ts`, said about the message, or neither. */
export type FieldDecision =
  /** What the message carries. */
  | { readonly is: 'content' }
  /** Who wrote it when and how; what is of use of it is read by `parse.ts`. */
  | { readonly is: 'about' }
  /** Telegram itself speaks: nobody's words. */
  | { readonly is: 'service' }
  /** Words of a person that cannot cross; `why` is told under the message, as a whole sentence without its stop. */
  | { readonly is: 'refused'; readonly label: string; readonly why: string }

const content = { is: 'content' } as const
const about = { is: 'about' } as const
const service = { is: 'service' } as const
const refused = (label: string, why: string) => ({ is: 'refused', label, why }) as const

const noMoney = 'WhatsApp has nothing like it'

/**
 * Every field of a Bot API message. The type makes the compiler find a field that a new version of grammY's types
 * brings along, so that no kind of message is passed over in silence.
 */
export const FIELDS: { readonly [Field in keyof Required<Message>]: FieldDecision } = {
  text: content,
  entities: content,
  animation: content,
  audio: content,
  caption: content,
  caption_entities: content,
  checklist: content,
  contact: content,
  dice: content,
  document: content,
  game: content,
  live_photo: content,
  location: content,
  photo: content,
  poll: content,
  rich_message: content,
  sticker: content,
  venue: content,
  video: content,
  video_note: content,
  voice: content,

  story: refused('Story', 'Telegram does not let bots see stories'),
  paid_media: refused('Paid media', 'Telegram does not let bots open paid media'),
  giveaway: refused('Giveaway', noMoney),
  giveaway_winners: refused('Giveaway', noMoney),
  invoice: refused('Invoice', noMoney),
  gift: refused('Gift', noMoney),
  unique_gift: refused('Gift', noMoney),
  gift_upgrade_sent: refused('Gift', noMoney),
  passport_data: refused('Passport data', 'Passport data is for the bot alone'),
  web_app_data: refused('Data of a mini app', 'It is for the bot alone'),

  message_id: about,
  message_thread_id: about,
  from: about,
  sender_chat: about,
  date: about,
  guest_query_id: about,
  business_connection_id: about,
  chat: about,
  is_topic_message: about,
  direct_messages_topic: about,
  sender_tag: about,
  receiver_user: about,
  ephemeral_message_id: about,
  sender_boost_count: about,
  sender_business_bot: about,
  forward_origin: about,
  is_automatic_forward: about,
  reply_to_message: about,
  reply_to_checklist_task_id: about,
  reply_to_poll_option_id: about,
  is_paid_post: about,
  external_reply: about,
  quote: about,
  reply_to_story: about,
  via_bot: about,
  guest_bot_caller_user: about,
  guest_bot_caller_chat: about,
  edit_date: about,
  has_protected_content: about,
  show_caption_above_media: about,
  is_from_offline: about,
  author_signature: about,
  link_preview_options: about,
  effect_id: about,
  paid_star_count: about,
  reply_markup: about,
  media_group_id: about,
  has_media_spoiler: about,

  // The one that has a counterpart: `change.ts` reads it.
  pinned_message: service,
  // A group has moved: `updates/sort.ts` reads it.
  migrate_to_chat_id: service,
  migrate_from_chat_id: service,
  checklist_tasks_done: service,
  checklist_tasks_added: service,
  community_chat_added: service,
  community_chat_removed: service,
  suggested_post_info: service,
  suggested_post_approved: service,
  suggested_post_approval_failed: service,
  suggested_post_declined: service,
  suggested_post_paid: service,
  suggested_post_refunded: service,
  chat_owner_left: service,
  chat_owner_changed: service,
  new_chat_members: service,
  community_chat_joined: service,
  left_chat_member: service,
  new_chat_title: service,
  new_chat_photo: service,
  delete_chat_photo: service,
  group_chat_created: service,
  supergroup_chat_created: service,
  channel_chat_created: service,
  managed_bot_created: service,
  poll_option_added: service,
  poll_option_deleted: service,
  message_auto_delete_timer_changed: service,
  successful_payment: service,
  refunded_payment: service,
  users_shared: service,
  chat_shared: service,
  connected_website: service,
  write_access_allowed: service,
  proximity_alert_triggered: service,
  boost_added: service,
  chat_background_set: service,
  forum_topic_created: service,
  forum_topic_edited: service,
  forum_topic_closed: service,
  forum_topic_reopened: service,
  general_forum_topic_hidden: service,
  general_forum_topic_unhidden: service,
  giveaway_created: service,
  giveaway_completed: service,
  paid_message_price_changed: service,
  direct_message_price_changed: service,
  video_chat_scheduled: service,
  video_chat_started: service,
  video_chat_ended: service,
  video_chat_participants_invited: service,
}

/**
 * Why a message in which nothing was found to carry does not cross; undefined for a service message, of which nobody
 * expects it.
 */
export const decideRest = (
  message: Message,
): { readonly label: string; readonly why: string } | undefined => {
  const decisions = Object.entries(message)
    .filter(([, value]) => value !== undefined)
    .map(([field]): FieldDecision | undefined => FIELDS[field as keyof Message])
  const found = decisions.find(decision => decision?.is === 'refused')
  if (found?.is === 'refused') return found
  if (decisions.some(decision => decision?.is === 'service')) return undefined
  if (decisions.includes(undefined)) {
    return { label: 'Message', why: 'This kind of message is newer than this program' }
  }
  return { label: 'Message', why: 'There is nothing in it that WhatsApp could show' }
}
