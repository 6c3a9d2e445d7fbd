/** Under which the jobs of a message are found while they wait. */
export const messageTopic = (source: number): string => `message ${source}`
