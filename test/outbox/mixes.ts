import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { Arrival } from './drain.ts'

/** A number from 0 up to 1, the same at every run (Numerical Recipes' linear congruence). */
const makeRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

const seconds = 1000
const minute = 60 * seconds
const group = (number: number, topic?: number): ChatRef =>
  topic === undefined ? `telegram:-100${number}` : `telegram:-100${number}/${topic}`
const privateTopic = (topic: number): ChatRef => `telegram:7001/${topic}`

interface Source {
  readonly lane: string
  readonly target: ChatRef
  readonly count: number
  /** When the first and the last may come. */
  readonly from?: number
  readonly to?: number
  /** Every how manieth is an album of four, or a text in three parts. */
  readonly albums?: number
  readonly longTexts?: number
}

/** Messages at random moments (all at once where no span is given), in the order of time. */
const mix = (seed: number, sources: readonly Source[]): Arrival[] => {
  const random = makeRandom(seed)
  return sources
    .flatMap(({ lane, target, count, from = 0, to = from, albums = 0, longTexts = 0 }) =>
      Array.from({ length: count }, (_, index) => ({
        at: Math.round(from + random() * (to - from)),
        lane,
        target,
        calls:
          albums > 0 && index % albums === albums - 1
            ? [4]
            : longTexts > 0 && index % longTexts === longTexts - 1
              ? [1, 1, 1]
              : [1],
      })),
    )
    .sort((a, b) => a.at - b.at)
}

const many = (count: number, make: (number: number) => Source): Source[] =>
  Array.from({ length: count }, (_, number) => make(number))

/** Ten kinds of traffic as a bridge meets them, each the same at every run. */
export const mixes: Readonly<Record<string, readonly Arrival[]>> = {
  'one chat, a few words': mix(1, [{ lane: 'mum', target: group(1), count: 15 }]),
  'one group, a backlog of 200': mix(2, [{ lane: 'family', target: group(1), count: 200 }]),
  'one private topic, a backlog of 100': mix(3, [{ lane: 'mum', target: privateTopic(1), count: 100 }]),
  'a forum with eight topics, 20 each': mix(
    4,
    many(8, topic => ({ lane: `chat ${topic}`, target: group(1, topic + 2), count: 20 })),
  ),
  'thirty groups, 20 each, after a night offline': mix(
    5,
    many(30, number => ({ lane: `chat ${number}`, target: group(number), count: 20 })),
  ),
  'two hundred chats, 5 each': mix(
    6,
    many(200, number => ({ lane: `chat ${number}`, target: group(number), count: 5 })),
  ),
  'one busy group and twenty quiet chats over ten minutes': mix(7, [
    { lane: 'school', target: group(1), count: 180, to: 5 * minute },
    ...many(20, number => ({
      lane: `chat ${number}`,
      target: group(number + 2),
      count: 6,
      to: 10 * minute,
    })),
  ]),
  'albums and long texts in three groups': mix(
    8,
    many(3, number => ({
      lane: `chat ${number}`,
      target: group(number),
      count: 40,
      albums: 4,
      longTexts: 5,
      to: 30 * seconds,
    })),
  ),
  'a forum, two private topics and four groups in a burst of a minute': mix(9, [
    ...many(5, topic => ({
      lane: `topic ${topic}`,
      target: group(1, topic + 2),
      count: 12,
      to: minute,
    })),
    ...many(2, topic => ({
      lane: `private ${topic}`,
      target: privateTopic(topic + 2),
      count: 30,
      to: minute,
      albums: 10,
    })),
    ...many(4, number => ({
      lane: `group ${number}`,
      target: group(number + 2),
      count: 30,
      to: minute,
    })),
  ]),
  'a steady trickle just under the limit': mix(10, [
    { lane: 'family', target: group(1), count: 90, to: 5 * minute },
    { lane: 'mum', target: privateTopic(1), count: 150, to: 5 * minute },
  ]),
}
