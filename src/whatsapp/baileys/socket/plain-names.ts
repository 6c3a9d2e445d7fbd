/**
 * Baileys sorts what it is told of people and chats into plain objects, by their addresses (lib/Utils/event-buffer.js, `append`): who
 * is called `__proto__` there would be every object of this process, and what is said of them a field of each. From now on it is a
 * name like others, for all of the process, as with Node's `--disable-proto=delete`.
 */
export const disarmNames = (): void => {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}
