import { type Habits, model, type Talk } from './model.ts'
import type { Trace, TraceName } from './trace.ts'

const minute = 60
const chatter: Habits = {
  text: 62,
  reply: 10,
  photo: 6,
  voice: 5,
  sticker: 5,
  reaction: 9,
  edit: 2,
  deletion: 1,
}
const pair: Habits = { text: 80, reply: 4, photo: 5, voice: 6, reaction: 5 }
const office: Habits = { text: 58, reply: 18, document: 10, edit: 6, reaction: 6, contact: 2 }
const outing: Habits = { album: 28, photo: 22, video: 10, text: 26, reaction: 14 }

const many = (count: number, make: (number: number) => Talk): Talk[] =>
  Array.from({ length: count }, (_, number) => make(number + 1))

/** A talk with conversations at these minutes, each of about so many events. */
const talk = (
  name: string,
  telegram: string,
  {
    people = 1,
    habits = people > 2 ? chatter : pair,
    at,
    count,
    gap = 8,
  }: Omit<Partial<Talk>, 'sessions'> & {
    readonly at: readonly number[]
    readonly count: number
  },
): Talk => ({
  name,
  people,
  telegram,
  habits,
  gap,
  sessions: at.map(from => ({ from: from * minute, count })),
})

/** The ten traces of `fixtures/`, as `scripts/bench/model-traffic.ts` writes them. */
export const made: Readonly<Record<TraceName, () => Trace>> = {
  'family-evening': () =>
    model('A family group in the evening, and two people who write beside it', 101, [
      talk('Family', 'group 1', { people: 7, at: [0, 9, 22], count: 45, gap: 7 }),
      talk('Mum', 'group 2', { at: [4, 19], count: 8, gap: 25 }),
      talk('Ben', 'group 3', { at: [12], count: 12, gap: 12 }),
    ]),
  'school-class': () =>
    model('The parents of a school class all at once, in a forum where four other chats are quiet', 102, [
      talk('School 4b', 'topic 1/1', {
        people: 24,
        habits: { ...chatter, poll: 1, vote: 8, document: 2 },
        at: [1, 8],
        count: 70,
        gap: 4,
      }),
      ...many(4, number =>
        talk(`Neighbour ${number}`, `topic 1/${number + 1}`, { at: [number, 6 + number], count: 3, gap: 30 }),
      ),
    ]),
  'monday-work': () =>
    model('Monday morning at work: documents, long texts and corrections in six groups', 103, [
      ...many(6, number =>
        talk(`Team ${number}`, `group ${number}`, {
          people: 5 + number,
          habits: office,
          at: [number * 0.7, 11 + number * 0.4],
          count: 18,
          gap: 12,
        }),
      ),
      talk('Boss', 'group 7', { habits: office, at: [3, 14], count: 5, gap: 40 }),
    ]),
  'holiday-albums': () =>
    model('A holiday: albums, films and the words about them in two groups', 104, [
      talk('Travellers', 'group 1', { people: 6, habits: outing, at: [0, 10], count: 28, gap: 18 }),
      talk('At home', 'group 2', { people: 5, habits: outing, at: [4], count: 24, gap: 22 }),
      talk('Mum', 'group 3', { at: [2, 12], count: 6, gap: 30 }),
    ]),
  'night-backlog': () =>
    model('What waited for a night: 200 in one group, some in others, all within seconds', 105, [
      talk('School 4b', 'group 1', { people: 24, at: [0], count: 200, gap: 0.05 }),
      talk('Family', 'group 2', { people: 7, at: [0], count: 40, gap: 0.3 }),
      ...many(8, number =>
        talk(`Friend ${number}`, `group ${number + 2}`, { at: [0], count: number, gap: 1 }),
      ),
    ]),
  'quiet-chats': () =>
    model('Twenty-eight quiet chats, and one busy group', 106, [
      talk('Club', 'group 1', { people: 30, at: [0, 6], count: 75, gap: 2.5 }),
      ...many(28, number =>
        talk(`Friend ${number}`, `group ${number + 1}`, {
          at: [(number * 5) % 11, (number * 7) % 13],
          count: 2 + (number % 3),
          gap: 35,
        }),
      ),
    ]),
  'edits-and-reactions': () =>
    model('Groups in which every second event changes a message', 107, [
      ...many(2, number =>
        talk(`Planning ${number}`, `group ${number}`, {
          people: 9,
          habits: { text: 40, reply: 6, poll: 2, vote: 12, reaction: 22, edit: 14, deletion: 4 },
          at: [number - 1, 7 + number],
          count: 60,
          gap: 3.5,
        }),
      ),
    ]),
  'live-locations': () =>
    model('People on their way: live positions that move, and what is said meanwhile', 108, [
      ...many(3, number =>
        talk(`Trip ${number}`, `group ${number}`, {
          people: 3 + number,
          habits: { ...chatter, live: 7, location: 3 },
          at: [number * 0.5],
          count: 30,
          gap: 15,
        }),
      ),
    ]),
  'forum-topics': () =>
    model('Nine chats as topics of one group, which share its budget', 109, [
      ...many(9, number =>
        talk(`Chat ${number}`, `topic 1/${number}`, {
          people: 1 + (number % 4) * 3,
          at: [number * 0.6, 7 + (number % 5)],
          count: 7 + (number % 4) * 3,
          gap: 6,
        }),
      ),
    ]),
  'everything-at-once': () =>
    model('A backlog in two dozen groups, a forum and private topics, within a minute', 110, [
      ...many(24, number =>
        talk(`Group ${number}`, `group ${number}`, {
          people: 4 + (number % 9),
          at: [0],
          count: 4 + (number % 7),
          gap: 3,
        }),
      ),
      ...many(6, number =>
        talk(`Topic ${number}`, `topic 30/${number}`, { people: 4, at: [0], count: 9, gap: 4 }),
      ),
      ...many(3, number =>
        talk(`Private ${number}`, `private ${number}`, { habits: outing, at: [0], count: 10, gap: 4 }),
      ),
    ]),
}
