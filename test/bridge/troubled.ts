import { leapingClock } from '../outbox/leaping-clock.ts'
import { event as eventIn, waitUntil } from './bridge.ts'
import { changesTo } from './conversation.ts'
import { openGroup } from './family.ts'

export const elsewhere = 'whatsapp:5@g.us'

/** What passes there; `fillings`: each time one of the placeholders that stand there since before becomes its message. */
type Beside = 'messages' | 'reactions' | 'fillings' | 'nothing'

/** How many placeholders there are. */
const held = 40

/**
 * A group, another chat in which something passes before each attempt at what is poisoned, and the owner's own; or before those
 * of its attempts, counted from 1, that `beside` says.
 */
export const openTroubled = async ({
  beside = 'messages',
}: {
  beside?: Beside | ((attempt: number) => boolean)
} = {}) => {
  await using opened = new AsyncDisposableStack()
  const group = opened.use(await openGroup())
  const { tg, store } = group
  const home = tg.addPrivateChat(tg.addUser({ id: 7001, first_name: 'Olga' }))
  const other = tg.addSupergroup({ title: 'Other', botRights: {} })
  store.mappings.add({ whatsapp: elsewhere, telegram: `telegram:${other.id}` })
  const clock = leapingClock()
  const tries: number[] = []
  const first = eventIn(elsewhere, 'hello')
  const react = async (nth: number): Promise<void> => {
    const emoji = nth % 2 === 0 ? '👍' : '🔥'
    const reaction = changesTo(first.id, { kind: 'reaction', emoji })
    middle.inbox.receive([{ event: { ...reaction, chat: elsewhere } }])
    await waitUntil(() => other.transcript()[0]?.reactions[0]?.emoji === emoji)
  }
  const fill = async (nth: number): Promise<void> => {
    middle.inbox.receive([{ event: eventIn(elsewhere, `filled ${nth}`, { id: `h${nth}` }) }])
    await waitUntil(() => other.transcript().some(({ text }) => text?.includes(`filled ${nth}`)))
  }
  const openOne = () =>
    group.open({
      clock,
      now: clock.now,
      ownerChat: () => `telegram:${home.id}`,
      watch: carrier => ({
        ...carrier,
        async deliver(job, ...more) {
          if (job.event.includes('poison')) {
            tries.push(clock.now())
            const passes = typeof beside === 'function' ? beside(tries.length) : beside === 'messages'
            if (passes) {
              const count = other.transcript().length + 1
              middle.inbox.receive([{ event: eventIn(elsewhere, `hello ${count}`) }])
              await waitUntil(() => other.transcript().length === count)
            }
            if (beside === 'reactions') await react(tries.length)
            if (beside === 'fillings') await fill(tries.length)
          }
          return await carrier.deliver(job, ...more)
        },
      }),
    })
  let middle = openOne()
  opened.defer(() => middle[Symbol.asyncDispose]())
  const rest = opened.move()
  return {
    ...group,
    clock,
    /** The one that runs. */
    get middle() {
      return middle
    },
    /** Starts another one on the same data. `killed`: before it was written down how an attempt ended. */
    async restart(killed: boolean): Promise<void> {
      const { files } = middle.whatsapp
      await middle[Symbol.asyncDispose]()
      const claim = "UPDATE jobs SET state = 'sending', unsure = 0 WHERE state = 'pending' AND attempts > 0"
      if (killed) store.database.run(claim)
      middle = openOne()
      middle.whatsapp.files = files
      await middle.start()
    },
    tries,
    other,
    /** What is reacted to. */
    first,
    /** Sends what is filled. */
    async hold(): Promise<void> {
      for (let nth = 1; nth <= held; nth += 1) {
        const content = { kind: 'placeholder', label: 'Waiting' } as const
        middle.inbox.receive([{ event: eventIn(elsewhere, '', { id: `h${nth}`, content, pending: true }) }])
      }
      await waitUntil(() => other.transcript().length === held)
    },
    told: () => home.transcript().map(({ text: words }) => words),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
