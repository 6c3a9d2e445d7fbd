import type { GroupMetadata, proto } from '@whiskeysockets/baileys'
import type { Change } from '../../bridge/network.ts'
import { reject } from '../../bridge/verdict.ts'
import { isGroup, jidOfChat } from '../address.ts'
import type { Member } from '../mentions.ts'
import { renderDeletion } from './change/delete.ts'
import { renderEdit } from './change/edit.ts'
import { renderPin } from './change/pin.ts'
import { Scene } from './change/scene.ts'
import { renderAnswer, renderReaction, renderVote } from './change/sealed.ts'
import type { Me } from './decode.ts'
import { failedToSend } from './errors.ts'
import { membersOf, type NameOf } from './members.ts'
import { rawOf } from './parse/context.ts'
import { assertWritable, openLink, partId, type Transmitter, transmit } from './transmit.ts'

export interface ChangeContext extends Transmitter {
  readonly me: Me
  readonly nameOf: NameOf
}

/**
 * Changes what an earlier message became in WhatsApp. Each change is a message itself, under the id of its job: sending it
 * again is the same change. Throws `DeliveryError`.
 */
export const carryOut = async (change: Change, context: ChangeContext): Promise<void> => {
  const jid = jidOfChat(change.chat)
  await assertWritable(jid, context)
  const group = isGroup(jid) ? await groupOf(jid, context) : undefined
  const members = group ? membersOf(group, context.me, context.nameOf) : []
  const steps = render(change, { scene: new Scene(jid, context.me, group), members })
  for (const [position, { message, after }] of steps.entries()) {
    const id = partId(change.messageId, position)
    await transmit(message, { id, jid, signal: change.signal, transmitter: context })
    if (after) change.onSent(after)
  }
}

const groupOf = async (jid: string, context: Transmitter): Promise<GroupMetadata> => {
  try {
    return await openLink(context).group(jid)
  } catch (error) {
    throw failedToSend(error)
  }
}

interface Step {
  readonly message: proto.IMessage
  /** What the changed message is then. */
  readonly after?: { readonly id: string; readonly raw: string }
}

const render = (
  { event, changed }: Change,
  { scene, members }: { scene: Scene; members: readonly Member[] },
): Step[] => {
  const { content, seenAt } = changed
  const parts = changed.parts.map(part => ({ ...part, at: part.at ?? seenAt }))
  const [first] = parts
  const now = Date.now()
  switch (event.kind) {
    case 'edit': {
      // A companion device cannot move a position (reference/content.md §14): it stays where it was when it was sent.
      if (event.content.kind === 'location') return []
      if (event.content.kind !== 'text') throw reject('WhatsApp cannot change a message of this kind')
      if (first === undefined) throw reject('The message itself was not delivered')
      const { message, part, after } = renderEdit(parts, event.content.body, { scene, members, now })
      return [{ message, after: { id: part.id, raw: rawOf(after) } }]
    }
    case 'deletion':
      return parts.map(part => ({ message: renderDeletion(part, { scene, now }) }))
    case 'reaction':
      return first ? [{ message: renderReaction(first, event.emoji, scene) }] : []
    case 'pin':
      return first ? [{ message: renderPin(first, event, scene) }] : []
    case 'vote':
      if (first === undefined) return []
      return [
        {
          message:
            content?.kind === 'appointment'
              ? renderAnswer(first, event, scene)
              : renderVote(first, event.choice, scene),
        },
      ]
    case 'receipt':
      return []
    default:
      return event satisfies never
  }
}
