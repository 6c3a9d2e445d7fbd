/** What a bot token looks like, in the words of an error message. */
export const tokenExpected = 'a bot token as @BotFather gives it (123456:ABC-DEF…)'

/** Whether text has the form of a bot token. */
export const isBotToken = (text: string): boolean => /^\d+:[\w-]+$/.test(text)
