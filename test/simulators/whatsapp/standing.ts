import { el, SERVER, unixSeconds } from './node.ts'
import type { World } from './world.ts'

/** What WhatsApp lets the account do, as it says in GraphQL: in the form that Baileys reads (lib/Socket/messages-recv.js). */
export class Standing {
  timelock: Readonly<Record<string, unknown>> = { is_active: false }
  capping: Readonly<Record<string, unknown>> = { total_quota: -1, used_quota: 0, capping_status: 'NONE' }
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /**
   * From now on the account may write first to nobody, until `ends` (seconds since 1970); without a lock it may again. The bridge
   * is told, unless that is `quiet`.
   */
  restrict(lock?: { readonly ends?: number; readonly kind?: string }, { quiet = false } = {}): void {
    const { ends, kind } = lock ?? {}
    this.timelock = {
      is_active: lock !== undefined,
      ...(ends !== undefined && { time_enforcement_ends: String(ends) }),
      ...(kind !== undefined && { enforcement_type: kind }),
    }
    if (quiet) return
    this.#notify('NotificationUserReachoutTimelockUpdate', {
      xwa2_notify_account_reachout_timelock: this.timelock,
    })
  }

  /** So many of the people that the account may write to first are used up in the month that `ends` (seconds since 1970). */
  limit(cap: { readonly status: string; used: number; total: number; ends: number }): void {
    this.capping = {
      capping_status: cap.status,
      used_quota: cap.used,
      total_quota: cap.total,
      cycle_start_timestamp: String(cap.ends - 30 * 86_400),
      cycle_end_timestamp: String(cap.ends),
      server_sent_timestamp: String(unixSeconds()),
      mv_status: 'NOT_ELIGIBLE',
      ote_status: 'NOT_ELIGIBLE',
    }
    this.#notify('MessageCappingInfoNotification', {
      xwa2_notify_new_chat_messages_capping_info_update: this.capping,
    })
  }

  #notify(op_name: string, data: Readonly<Record<string, unknown>>): void {
    const attrs = { type: 'mex', from: SERVER, id: this.#world.newId(), t: String(unixSeconds()) }
    const update = el('update', { op_name }, Buffer.from(JSON.stringify({ data })))
    this.#world.companion?.queue.push(el('notification', attrs, [update]))
  }
}
