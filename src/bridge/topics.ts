/** Under which the jobs of a message are found while they wait. */
export const messageTopic = (source: number): string => `message ${source}`

/** Under which the job of an album is found, by the key of the album's own row. */
export const albumTopic = (key: number | ''): string => `album ${key}`
