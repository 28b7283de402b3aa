import type { Schemas } from "../../api/client";

export type ProviderKey = Schemas["ProviderKey"];

/** Keys that share a priority are asked as equals. */
export interface PriorityGroup {
  priority: number;
  keys: ProviderKey[];
}

/** keys: in the server's order. Neighbours of one priority make one group. */
export function groupsOf(keys: readonly ProviderKey[]): PriorityGroup[] {
  const groups: PriorityGroup[] = [];
  for (const key of keys) {
    const last = groups.at(-1);
    if (last?.priority === key.priority) last.keys.push(key);
    else groups.push({ priority: key.priority, keys: [key] });
  }
  return groups;
}

/** The same list with one at another place; places beyond the ends are the ends. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const place = Math.max(0, Math.min(items.length - 1, to));
  const rest = items.filter((_, index) => index !== from);
  return from < 0 || from >= items.length
    ? [...items]
    : [...rest.slice(0, place), items[from] as T, ...rest.slice(place)];
}

/** Keys as the server will have them once this order is saved: priorities from 1 on, so that no two are equals. */
export function inOrder(keys: readonly ProviderKey[], ids: readonly string[]): ProviderKey[] {
  const byId = new Map(keys.map((key) => [key.id, key]));
  return ids
    .map((id) => byId.get(id))
    .filter((key) => key !== undefined)
    .map((key, index) => ({ ...key, priority: index + 1 }));
}

/** Keys after one of them was given another priority: the server's order, by priority and then by age. */
export function sortedByPriority(keys: readonly ProviderKey[]): ProviderKey[] {
  return [...keys].sort(
    (a, b) => a.priority - b.priority || a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id),
  );
}

export function isSameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** `OpenAI (production)` */
export function nameOfKey(key: Pick<ProviderKey, "vendor_title" | "label">): string {
  return key.label === "" ? key.vendor_title : `${key.vendor_title} (${key.label})`;
}

export function maskOf(key: Pick<ProviderKey, "secret_hint">): string {
  return key.secret_hint === "" ? "stored" : `••••${key.secret_hint}`;
}
