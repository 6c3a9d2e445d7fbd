import type { BinaryNode } from '@whiskeysockets/baileys'
import { children, el, SERVER } from '../node.ts'
import { describeNode } from '../record.ts'
import type { World } from '../world.ts'
import { accountHandlers } from './account.ts'
import { encryptHandlers } from './encrypt.ts'
import { groupHandlers } from './groups.ts'
import { type IqContext, IqError, type IqHandlers } from './iq.ts'
import { syncHandlers } from './sync.ts'
import { usyncHandlers } from './usync.ts'

const HANDLERS: IqHandlers = {
  ...accountHandlers,
  ...encryptHandlers,
  ...groupHandlers,
  ...syncHandlers,
  ...usyncHandlers,
}

/**
 * Answers a query of a companion that is logged in. What nobody knows is recorded and answered with 501; to what a test wants
 * to meet with silence there is no answer.
 */
export async function answerIq(request: BinaryNode, context: IqContext): Promise<BinaryNode | undefined> {
  const { id, xmlns, type, to } = request.attrs
  const first = children(request)[0]?.tag
  const name = [xmlns, type, first].filter(part => part !== undefined).join(' ')
  const { record } = context.world
  try {
    if (!id) throw new IqError(400, 'bad-request', 'The request has no id')
    if (!record.isNewRequest(id)) throw new IqError(400, 'bad-request', `The id "${id}" was used before`)
    const handler = HANDLERS[name]
    if (!handler) throw new IqError(501, 'feature-not-implemented', 'The request is unknown')
    const refusal = refusalOf(name, context.world)
    if (refusal === 'silence') return undefined
    if (refusal !== undefined) throw new IqError(refusal, 'refused', 'As the test asked', { everyday: true })
    const answer = await handler(request, context)
    const held = context.world.heldAnswers.get(name)
    context.world.heldAnswers.delete(name)
    await held
    return answer && el('iq', { type: 'result', from: to ?? SERVER, id }, answer)
  } catch (error) {
    const refusal = error instanceof IqError ? error : new IqError(400, 'bad-request', String(error))
    if (!refusal.everyday) record.surprise(`${refusal.code} ${refusal.message}: ${describeNode(request)}`)
    const node = el('error', { code: String(refusal.code), text: refusal.text })
    return el('iq', { type: 'error', from: to ?? SERVER, id }, [node])
  }
}

/** How this query is to be refused, if it is. */
const refusalOf = (name: string, { refusedQueries }: World): number | 'silence' | undefined => {
  const refusal = refusedQueries.get(name)
  if (refusal === undefined) return undefined
  const { how, after, times } = refusal
  if (after > 0) refusedQueries.set(name, { how, after: after - 1, times })
  else if (times > 1) refusedQueries.set(name, { how, after, times: times - 1 })
  else refusedQueries.delete(name)
  return after > 0 ? undefined : how
}
