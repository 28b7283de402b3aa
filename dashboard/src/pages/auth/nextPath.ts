/** Leading back there would lead here again, or into the middle of something that is over. */
const NOT_BACK_TO = /^\/app\/(login|signup|forgot|reset-password|invitation)(\/|$)/;

/**
 * Where `?next=` leads: a path of the dashboard with its query and fragment, or null for anything else.
 *
 * Whoever makes a link to our login writes it, so another site must not come out of it.
 */
export function nextPath(next: string | null): string | null {
  if (next === null) return null;
  let url: URL;
  try {
    url = new URL(next, window.location.origin);
  } catch {
    return null;
  }
  // By the parsed URL and not by the text: browsers read `/\\host`, tabs and `..` their own way.
  if (url.origin !== window.location.origin || !url.pathname.startsWith("/app/")) return null;
  if (url.username !== "" || url.password !== "" || NOT_BACK_TO.test(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}

/** A link between the pages for signing in that keeps where one wanted to go. */
export function withNext(path: string, next: string | null): string {
  return next === null ? path : `${path}?next=${encodeURIComponent(next)}`;
}
