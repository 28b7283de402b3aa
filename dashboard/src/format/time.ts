/** Times come as ISO 8601 in UTC; people see their own zone, and UTC when they point at it. */

const dateTime = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const dateOnly = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const timeOnly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hourOnly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
// Days of usage are those of UTC: elsewhere their start is in another day.
const dayOnly = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export const formatDateTime = (iso: string): string => dateTime.format(new Date(iso));
export const formatDate = (iso: string): string => dateOnly.format(new Date(iso));
/** `Nov 25, 03:12:44`: where a line has no room for a year. */
export const formatMoment = (iso: string): string => moment.format(new Date(iso));
export const formatTime = (iso: string): string => timeOnly.format(new Date(iso));

/** `2026-11-25 02:42:30 UTC` */
export function formatUtc(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A label for the start of an interval on an axis. */
export function formatTick(iso: string, interval: "hour" | "day"): string {
  return (interval === "hour" ? hourOnly : dayOnly).format(new Date(iso));
}

/** The same in full, as a title: a day says that it is one of UTC. */
export function formatStart(iso: string, interval: "hour" | "day"): string {
  return interval === "hour" ? formatMoment(iso).replace(/:00$/, "") : `${dayOnly.format(new Date(iso))} (UTC)`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `now`, `3 minutes ago`, `in 2 days`; dates once it is more than 30 days away. */
export function formatRelative(iso: string, nowMs: number): string {
  const seconds = (new Date(iso).getTime() - nowMs) / 1000;
  if (Math.abs(seconds) > 30 * 86_400) return formatDate(iso);
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return Math.abs(seconds) < 10 ? "now" : relative.format(Math.trunc(seconds), "second");
}
