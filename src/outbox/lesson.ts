/** Milliseconds for which a new lesson is held, and the longest for which one is. */
const shortest = 240_000
const longest = 3_600_000
/** The least that is let through of a budget. */
const leastShare = 1 / 4

/** What refusals have taught of one budget of a peer. */
export interface Lesson {
  /** How much of it was in use at most when a call passed, since the last refusal. */
  readonly passed?: number | undefined
  /** How much was in use when one was refused, as long as not so much has passed since. */
  readonly refused?: number | undefined
  readonly held?: Held | undefined
}

interface Held {
  /** How many messages go within the budget's window, instead of what it says. */
  readonly most: number
  /** Until when it is held, and for how long that was to be; milliseconds. */
  readonly until: number
  readonly span: number
}

/** How much of a budget, of `count` messages, was in use at a call, itself included. */
interface Use {
  readonly used: number
  readonly count: number
  readonly now: number
}

/**
 * What refusals teach of a budget whose true limit is not published. One refusal may be for any reason: the network is
 * busy, or somebody in front of it refuses. Where another one comes before as much has passed as was refused, it is the
 * limit, and less goes:
 *
 *     none       - refused                -> suspected
 *     suspected  - as much passes         -> none
 *     suspected  - refused, less passed   -> held for four minutes: less goes than was refused
 *     held       - time                   -> tried, for as long again: as much goes as the budget says
 *     tried      - more passes than held, or time -> none
 *     tried      - refused                -> held for twice as long, an hour at most
 *
 * While it is held another limit below that may be suspected, and taught, in the same way. So a true limit is asked for
 * once an hour.
 */
export const afterRefusal = (lesson: Lesson, { used, count, now }: Use): Lesson => {
  const { passed, refused } = lesson
  const held = isOver(lesson, now) ? undefined : lesson.held
  const isKnown = held !== undefined || refused !== undefined
  // A limit is one at least; and where nothing passed in between, it is the same refusal.
  if (used <= 1 || (isKnown && passed === undefined)) return { ...lesson, held }
  const isTried = held !== undefined && now >= held.until && used > held.most
  if (refused === undefined && !isTried) return { held, refused: used }
  const taught = Math.max(Math.min(used, refused ?? used) - 1, Math.ceil(count * leastShare))
  const span = held === undefined ? shortest : Math.min(held.span * 2, longest)
  return { held: { most: isTried ? held.most : taught, until: now + span, span } }
}

export const afterPass = (lesson: Lesson, { used }: Use): Lesson => {
  const { passed = 0, refused, held } = lesson
  return {
    passed: Math.max(used, passed),
    refused: refused !== undefined && used >= refused ? undefined : refused,
    held: held !== undefined && used > held.most ? undefined : held,
  }
}

/** How many messages go within the window of a budget that says `count`. */
export const mostOf = (lesson: Lesson, count: number, now: number): number =>
  lesson.held !== undefined && now < lesson.held.until && !isOver(lesson, now)
    ? Math.min(lesson.held.most, count)
    : count

/** Whether nothing of it matters any more, but what passed or was refused. */
export const isOver = ({ held }: Lesson, now: number): boolean =>
  // A clock that was wrong may have put its end off into the far future.
  held === undefined || held.until + held.span <= now || held.until > now + longest
