import { addNotice } from '../deliver/notice.ts'
import type { InboxOptions } from './reception.ts'

/** What the owner hears of once. */
export interface OwnerNews {
  readonly about: { readonly type: string; readonly id: string }
  /** What is remembered of it. */
  readonly value: string
  /** Whether it is news behind what was remembered last; when absent, nothing is. */
  isNews?(before: string): boolean
  text(): string
}

/**
 * Tells the owner, in the chat with the bot, unless that was done: over restarts, too. Nothing is written for what has been
 * told. Returns whether anything was said.
 */
export const tellOwner = (
  { about: { type, id }, value, isNews, text }: OwnerNews,
  { store, ...options }: InboxOptions,
  now: number,
): boolean => {
  const chat = options.ownerChat?.()
  const told = store.session('told')
  const before = told.get(type, id)
  if (chat === undefined || (before !== undefined && !isNews?.(before))) return false
  store.transaction(() => {
    told.set([{ type, id, value }])
    addNotice({ store, ...options }, { chat, text: text(), now })
  })
  return true
}
