import { LRUCache } from 'lru-cache'

/** Each of these locales knows the abbreviations of its own part of the world and writes GMT+1 for the others. */
const locales = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-CA']
const formats = new Map<string, Intl.DateTimeFormat[]>()
/** By zone, offset and day: asking seven locales takes a tenth of the time that creating a session takes. */
const abbreviations = new LRUCache<string, string>({ max: 10_000 })

/** What people call the zone at that moment: `CEST`, or `GMT+4` where it has no other name. */
export function abbreviationOf(moment: Temporal.ZonedDateTime): string {
  const day = Math.floor(moment.epochMilliseconds / 86_400_000)
  const key = `${moment.timeZoneId} ${moment.offset} ${day}`
  const known = abbreviations.get(key)
  if (known) return known
  const found = findAbbreviation(moment)
  abbreviations.set(key, found)
  return found
}

function findAbbreviation(moment: Temporal.ZonedDateTime): string {
  const zone = moment.timeZoneId
  if (!formats.has(zone))
    formats.set(
      zone,
      locales.map(locale => new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' })),
    )
  const names = formats
    .get(zone)!
    .map(
      format =>
        format.formatToParts(moment.epochMilliseconds).find(part => part.type === 'timeZoneName')!.value,
    )
  return names.find(name => !/[+-]/.test(name)) ?? names[0]!
}
