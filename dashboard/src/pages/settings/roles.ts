import type { Schemas } from "../../api/client";

export type Role = Schemas["Member"]["role"];

/** From the most to the least. */
const ROLES: readonly Role[] = ["owner", "admin", "member", "viewer"];

const MAY: Record<Role, string> = {
  owner: "everything, also delete the workspace and make owners",
  admin: "provider keys, settings, members, access tokens, the audit log",
  member: "make API keys and read logged contents",
  viewer: "see keys (masked), logs and usage; change nothing",
};

/** Nobody hands on more than they have, nor changes somebody above them. */
export function mayGrant(own: Role | null, role: Role): boolean {
  return own !== null && ROLES.indexOf(role) >= ROLES.indexOf(own);
}

/** Those that somebody of this role may give, each with what it allows. */
export function roleChoices(own: Role | null): { value: Role; label: string }[] {
  return ROLES.filter((role) => mayGrant(own, role)).map((role) => ({ value: role, label: `${role}: ${MAY[role]}` }));
}
