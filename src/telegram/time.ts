const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** In the time of this machine, which stands in its owner's home. A time that is none is shown as its number. */
export const renderTime = (at: number): string =>
  Number.isNaN(new Date(at).valueOf()) ? String(at) : `${day.format(at)}, ${hour.format(at)}`

/** From one time to another, if there is one. */
export const renderSpan = (start: number, end: number | undefined): string => {
  if (end === undefined) return renderTime(start)
  const sameDay = new Date(start).toDateString() === new Date(end).toDateString()
  return `${renderTime(start)} – ${sameDay ? hour.format(end) : renderTime(end)}`
}
