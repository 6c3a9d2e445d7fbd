/**
 * What can go wrong on the way:
 * `reply-lost`: the call is carried out, then the socket is destroyed. `reset-before`: destroyed with nothing done.
 * `reset-during-body`: destroyed while the body still comes in. `hang`: carried out never, answered never.
 * `silent`: carried out, answered never.
 * `other-bytes`, of `download`: a file of the same size, but another one.
 * `cutAfter`: the call is carried out, and the connection ends behind so many bytes of the answer, its head among them;
 * `reset` breaks it instead. An answer that is not longer comes whole.
 * `status` with `html`: what a proxy in front says, maybe with a `Retry-After`.
 * `error`: a Bot API error, with `done` after the call was carried out; `stays`: so many of the messages that it left.
 * `delayMs`: carried out after that time; `lateMs`: carried out at once, answered after that time.
 * The method `download` is the download of a file: reset or hanging in the middle of it.
 */
export type Fault =
  | 'reply-lost'
  | 'reset-before'
  | 'reset-during-body'
  | 'hang'
  | 'silent'
  | 'other-bytes'
  | { readonly status: number; readonly html: string; readonly retryAfter?: number; readonly done?: boolean }
  | {
      readonly error: number
      readonly description?: string
      readonly retryAfter?: number
      readonly migrateTo?: number
      readonly done?: boolean
      readonly stays?: number
    }
  | { readonly delayMs: number }
  | { readonly lateMs: number }
  | { readonly cutAfter: number; readonly reset?: boolean }

/** A request's parameters, JSON ones decoded; `false` while they are not known yet. */
export type Params = Readonly<Record<string, unknown>>

interface Planned {
  readonly method: string
  readonly fault: Fault
  readonly when: ((params: Params) => boolean) | undefined
  left: number
}

/** Faults waiting for their call, first planned first served. */
export class Faults {
  readonly #planned: Planned[] = []

  /** Plans a fault for the next call of that method (`*` is any but getUpdates), or the next `times` calls. */
  next(
    method: string,
    fault: Fault,
    { times = 1, when }: { times?: number; when?: (params: Params) => boolean } = {},
  ): void {
    this.#planned.push({ method: method.toLowerCase(), fault, when, left: times })
  }

  clear(): void {
    this.#planned.length = 0
  }

  /** How many planned faults have not struck yet. */
  get waiting(): number {
    return this.#planned.reduce((sum, { left }) => sum + left, 0)
  }

  /** The fault for a call; without params only those that ask no question about them. */
  take(method: string, params?: Params): Fault | undefined {
    const name = method.toLowerCase()
    const index = this.#planned.findIndex(
      planned =>
        (planned.method === name ||
          (planned.method === '*' && name !== 'getupdates' && name !== 'download')) &&
        (planned.when === undefined || (params !== undefined && planned.when(params))),
    )
    const planned = this.#planned[index]
    if (planned === undefined) return undefined
    planned.left -= 1
    if (planned.left <= 0) this.#planned.splice(index, 1)
    return planned.fault
  }
}
