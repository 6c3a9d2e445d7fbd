/**
 * Loaded before the program: the clock that nobody sets, and timers, run twelve times as fast. What waits for more than a minute
 * (a poll that is held open, a login) waits as long as ever, since the other side has the time of this machine.
 */
const speed = 12
const longest = 60_000

const { setTimeout: wait, setInterval: repeat } = globalThis
const now = performance.now.bind(performance)
const faster = (delay: number | undefined): number | undefined =>
  delay === undefined || delay > longest ? delay : delay / speed

performance.now = () => now() * speed
globalThis.setTimeout = Object.assign(
  (call: () => void, delay?: number, ...rest: []) => wait(call, faster(delay), ...rest),
  wait,
) as typeof wait
globalThis.setInterval = ((call: () => void, delay?: number, ...rest: []) =>
  repeat(call, faster(delay), ...rest)) as typeof repeat
