import type { Message } from 'grammy/types'

export interface Owners {
  readonly owners: readonly number[]
  /** Whoever writes in the name of the group itself counts as an owner. */
  readonly trustNameless?: boolean
}

/**
 * Who speaks in a message, told by `from`: whoever writes in the name of the group is one of its administrators, and in that
 * of a channel anybody at all.
 */
export const speakerOf = (
  { from, sender_chat: sender, chat, is_automatic_forward: automatic }: Message,
  { owners, trustNameless = false }: Owners,
): 'owner' | 'nameless' | 'channel' | 'stranger' | 'nobody' => {
  if (sender) {
    // Telegram itself puts a channel's posts into the group where they are discussed.
    if (automatic || chat.type === 'channel') return 'nobody'
    if (sender.id !== chat.id) return 'channel'
    return trustNameless ? 'owner' : 'nameless'
  }
  if (!from || from.is_bot) return 'nobody'
  return owners.includes(from.id) ? 'owner' : 'stranger'
}
