import type { ChatRef } from '../bridge/chat-ref.ts'
import { addNotice, type NoticeTools, noticeOf } from '../bridge/deliver/notice.ts'
import type { Network } from '../bridge/network.ts'
import { StoreError } from '../store/index.ts'
import { systemClock } from '../support/clock.ts'

export interface TellOwnerOptions {
  readonly tools: NoticeTools
  /** Where the owner reads it; absent when there is none. */
  readonly chat: () => ChatRef | undefined
  readonly telegram: () => Pick<Network, 'send' | 'newMessageId'>
  readonly wake: () => void
}

/**
 * Tells the owner something. Resolves when that is delivered, has failed, or `signal` aborts. It is a job like any
 * other, but where the data file takes none any more, it is said in one call, and that is all.
 */
export const makeTellOwner =
  ({ tools, chat: ownerChat, telegram, wake }: TellOwnerOptions) =>
  async (text: string, signal: AbortSignal): Promise<void> => {
    const chat = ownerChat()
    if (chat === undefined) return
    const now = systemClock.now()
    try {
      const job = tools.store.transaction(() => addNotice(tools, { chat, text, now }))
      wake()
      while (!signal.aborted && tools.outbox.isOpen(job)) await systemClock.sleep(50, signal)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      await sayAtOnce({ chat, text, now, signal, telegram: telegram() })
    }
  }

const sayAtOnce = async ({
  chat,
  text,
  now,
  signal,
  telegram,
}: {
  chat: ChatRef
  text: string
  now: number
  signal: AbortSignal
  telegram: Pick<Network, 'send' | 'newMessageId'>
}): Promise<void> => {
  const messageId = telegram.newMessageId()
  const openMedia = () => Promise.reject(new Error('It has no file'))
  await telegram.send({
    chat,
    messageId,
    event: noticeOf({ chat, messageId, text, now }),
    sent: [],
    signal,
    isKnown: () => false,
    onSent: () => undefined,
    tell: () => undefined,
    openMedia,
    openStill: openMedia,
  })
}
