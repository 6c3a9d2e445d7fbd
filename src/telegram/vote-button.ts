/**
 * What stands behind the button of an option (`callback_data`, at most 64 bytes): the option's position. Whose message
 * the button is under says in which poll.
 */
const form = /^vote:(\d{1,4})$/

export const encodeVote = (option: number): string => `vote:${option}`

/** The position of the option whose button was pressed; undefined when the button is none of an option. */
export const decodeVote = (data: string): number | undefined => {
  const option = form.exec(data)?.[1]
  return option === undefined ? undefined : Number(option)
}

/** What stands behind the button that accepts an invitation. */
export const joinData = 'join'
