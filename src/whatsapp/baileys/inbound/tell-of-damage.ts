import type { Inbox, SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import type { Journal } from './journal.ts'

/** Says what of the journal is damaged on disk: WhatsApp was told that it had come, and does not bring it again. */
export const tellOfDamage = (
  journal: Journal,
  { sessions, inbox, logger }: { sessions: SessionStore; inbox: Inbox; logger: Logger },
): void =>
  sessions.transaction(() => {
    const count = journal.dropDamaged()
    if (count === 0) return
    logger.error({ count }, 'What had come in was damaged on disk')
    const text =
      'The disk has spoilt messages that had come from WhatsApp and were still to be passed on. Look for them on the phone, and check the disk'
    inbox.standing({ about: 'damaged', trouble: { id: String(Date.now()), text } })
  })
