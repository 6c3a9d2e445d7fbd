/** Milliseconds for which a new lesson is held, and the longest for which one is. */
const shortest = 120_000
const longest = 3_600_000
/** The least that is let through of a budget. */
const leastShare = 1 / 4

/** What refusals have taught of one budget of a peer. */
export interface Lesson {
  /** How much of it was in use at most when a call passed, since the last refusal. */
  readonly passed?: number | undefined
  readonly held?: Held | undefined
}

interface Held {
  /** How many messages go within the budget's window, instead of what it says. */
  readonly most: number
  /** Until when it is held, and for how long that was to be; milliseconds. */
  readonly until: number
  readonly span: number
}

/**
 * What refusals teach of a budget whose true limit is not published. Where as much of it had been in use when a call
 * passed since the refusal before, this one is not about it (the network was busy, or somebody in front of it refused)
 * and teaches nothing. Otherwise no more goes than had passed:
 *
 *     none         - refused -> held for two minutes
 *     held         - time    -> tried, for as long again: as much goes as the budget says
 *     tried        - time    -> none
 *     held, tried  - refused -> held for twice as long, an hour at most; where nothing passed in between, it is the same refusal
 *
 * So a lesson that was wrong costs two minutes, and a right one is asked for once an hour.
 */
export const afterRefusal = (
  lesson: Lesson,
  { used, count, now }: { used: number; count: number; now: number },
): Lesson => {
  const { passed } = lesson
  const held = isOver(lesson, now) ? undefined : lesson.held
  if (used <= Math.max(1, passed ?? 0) || (passed === undefined && held !== undefined)) return { held }
  const most = Math.min(used - 1, mostOf(lesson, count, now))
  const span = held === undefined ? shortest : Math.min(held.span * 2, longest)
  return { held: { most: Math.max(most, Math.ceil(count * leastShare)), until: now + span, span } }
}

/** A call passed with so much in use, itself included. */
export const afterPass = (lesson: Lesson, { used }: { used: number }): Lesson => ({
  ...lesson,
  passed: Math.max(used, lesson.passed ?? 0),
})

/** How many messages go within the window of a budget that says `count`. */
export const mostOf = (lesson: Lesson, count: number, now: number): number =>
  lesson.held !== undefined && now < lesson.held.until && !isOver(lesson, now)
    ? Math.min(lesson.held.most, count)
    : count

/** Whether nothing of it matters any more, but what passed. */
export const isOver = ({ held }: Lesson, now: number): boolean =>
  // A clock that was wrong may have put its end off into the far future.
  held === undefined || held.until + held.span <= now || held.until > now + longest
