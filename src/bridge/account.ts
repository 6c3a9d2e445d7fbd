import type { Store } from '../store/index.ts'
import type { NetworkStatus } from './network.ts'

/** By what a WhatsApp account is known. */
export type AccountNames = Pick<NetworkStatus, 'account' | 'lid'>

/** In a session of its own: that of WhatsApp is wiped when its account goes. */
const session = (store: Pick<Store, 'session'>) => store.session('account')
const numberRow = { type: 'whatsapp', id: 'account' } as const
const lidRow = { type: 'whatsapp', id: 'lid' } as const
const since = { type: 'whatsapp', id: 'since' } as const

/** What can be no address says nothing: it was damaged on disk, or an earlier version wrote it. */
const clean = ({ account, lid }: { [Name in keyof AccountNames]: string | undefined }): AccountNames => ({
  ...(account !== undefined && /^\d+@s\.whatsapp\.net$/.test(account) && { account }),
  ...(lid !== undefined && /^\d+@lid$/.test(lid) && { lid }),
})

const read = (store: Store): AccountNames => {
  const at = ({ type, id }: typeof numberRow | typeof lidRow) => session(store).get(type, id)
  return clean({ account: at(numberRow), lid: at(lidRow) })
}

const write = ({ account, lid }: AccountNames, store: Store): void => {
  const rows = [
    { ...numberRow, value: account ?? null },
    { ...lidRow, value: lid ?? null },
  ]
  const news = rows.filter(({ type, id, value }) => (session(store).get(type, id) ?? null) !== value)
  if (news.length > 0) session(store).set(news)
}

/** Who changes their number keeps their LID, and a number may go to somebody else: where both LIDs are known, they decide. */
const areOthers = (before: AccountNames, now: AccountNames): boolean => {
  const of = before.lid !== undefined && now.lid !== undefined ? 'lid' : 'account'
  return before[of] !== undefined && now[of] !== undefined && before[of] !== now[of]
}

/** Notes whose words wait here, unless those of another one do. Throws `StoreError`. */
export const noteAccount = (names: AccountNames, store: Store): void => {
  const [before, now] = [read(store), clean(names)]
  if (!areOthers(before, now)) write({ ...before, ...now }, store)
}

/**
 * Notes which account is linked. `time`: what time it is out there, in milliseconds since 1970. Returns whether it is
 * another one than before; where nothing is known of either, it is not. Throws `StoreError`.
 */
export const changeAccount = (names: AccountNames, time: number | undefined, store: Store): boolean => {
  const [before, now] = [read(store), clean(names)]
  const isOther = areOthers(before, now)
  write(isOther ? now : { ...before, ...now }, store)
  if (isOther) session(store).set([{ ...since, value: time === undefined ? null : String(time) }])
  return isOther
}

/** When another account than the one before was linked, in milliseconds since 1970 as text; undefined where none was. */
export const linkedSince = (store: Store): string | undefined => session(store).get(since.type, since.id)
