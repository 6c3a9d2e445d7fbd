import type { ChatRef } from '../chat-ref.ts'
import { addNotice, type NoticeTools } from '../deliver/notice.ts'

export interface OnceTold {
  readonly chat: ChatRef
  readonly text: string
  /** The id of the message that it answers. */
  readonly replyTo: string
  /** What it is about, in a word. */
  readonly about: string
  /** What makes it news: said again in a chat where this is another one; never again where it is left out. */
  readonly news?: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Says something in the bridge's own name once in each chat. Call it in a transaction. Returns whether it said it now. */
export const tellOnce = (tools: NoticeTools, { about, news, ...notice }: OnceTold): boolean => {
  const told = tools.store.session('told')
  const before = told.get(about, notice.chat)
  if (before !== undefined && (news === undefined || before === news)) return false
  told.set([{ type: about, id: notice.chat, value: news ?? String(notice.now) }])
  addNotice(tools, notice)
  return true
}
