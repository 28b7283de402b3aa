import type { Schemas } from "../api/client";
import type { Pages } from "../api/hooks";
import { colour, font, size, space, weight } from "../theme";
import { Empty, LoadState } from "./LoadState";
import { ShowMore } from "./ShowMore";
import { Time } from "./Values";

export type AuditEntry = Schemas["AuditEntry"];

export interface Props {
  of: Pages<AuditEntry>;
}

/** What an action is called in a sentence: "ada@example.com created an API key". Unknown ones are shown as they are. */
export const ACTIONS: Record<string, string> = {
  "access_tokens.create": "created an access token",
  "access_tokens.revoke": "revoked an access token",
  "aliases.delete": "deleted an alias",
  "aliases.put": "set an alias",
  "api_keys.create": "created an API key",
  "api_keys.revoke": "revoked an API key",
  "api_keys.rotate": "rotated an API key",
  "api_keys.update": "changed an API key",
  "audit.reseal": "sealed the audit log anew",
  "auth.end_session": "ended a session",
  "auth.link": "logged in by a link",
  "auth.login": "logged in",
  "auth.logout": "logged out",
  "auth.logout_all": "ended all their sessions",
  "auth.password": "changed their password",
  "auth.refresh_reused": "used a refresh cookie twice, which ended the session",
  "auth.reset": "set a password by a link",
  "auth.reset_link": "asked for a link to set a password",
  "auth.signup": "signed up",
  "encryption.rotate": "sealed everything with the newest key",
  "installation.sign_up": "changed who may sign up",
  "invitations.accept": "accepted an invitation",
  "invitations.create": "invited somebody",
  "invitations.revoke": "revoked an invitation",
  "members.leave": "left the workspace",
  "members.remove": "removed a member",
  "members.update": "changed a member's role",
  "provider_keys.create": "added a provider key",
  "provider_keys.delete": "deleted a provider key",
  "provider_keys.order": "changed the order of provider keys",
  "provider_keys.rotate": "rotated a provider key",
  "provider_keys.test": "tested a provider key",
  "provider_keys.update": "changed a provider key",
  "settings.update": "changed settings",
  "users.create": "added a user",
  "users.grant_operator": "made somebody an operator",
  "users.reset_link": "made a link to set a password",
  "users.revoke_operator": "took an operator's rights",
  "users.sign_in_link": "made a link that signs in",
  "users.suspend": "suspended a user",
  "users.unsuspend": "unsuspended a user",
  "workspaces.create": "created a workspace",
  "workspaces.delete": "deleted a workspace",
  "workspaces.limit": "changed a workspace's limits",
  "workspaces.rename": "renamed the workspace",
  "workspaces.suspend": "suspended a workspace",
  "workspaces.unsuspend": "unsuspended a workspace",
  "workspaces.update": "changed a workspace",
};

/** Who changed what, when and from where; the newest first. */
export function AuditTrail({ of }: Props) {
  return (
    <>
      <LoadState of={of} skeletonRows={8}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty title="Nothing fits">Whatever somebody changes is noted here.</Empty>
          ) : (
            <ol aria-label="Changes" style={{ listStyle: "none" }}>
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ol>
          )
        }
      </LoadState>
      <ShowMore of={of} />
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const details = Object.entries(entry.details);
  return (
    <li
      style={{
        display: "grid",
        gap: 2,
        padding: `${space.m}px ${space.l}px`,
        borderBottom: `1px solid ${colour.line}`,
      }}
    >
      <div style={{ display: "flex", flexWrap: "wrap", gap: `2px ${space.l}px`, justifyContent: "space-between" }}>
        <span style={{ minWidth: 0, overflowWrap: "anywhere" }}>
          <span style={{ fontWeight: weight.medium }}>{entry.actor_name || WHO[entry.actor_kind]}</span>{" "}
          {ACTIONS[entry.action] ?? entry.action}
          {entry.actor_kind !== "user" && <span style={{ color: colour.textMuted }}> ({WHO[entry.actor_kind]})</span>}
        </span>
        <span style={{ color: colour.textMuted, fontSize: size.s }}>
          <Time at={entry.at} relative />
          {entry.address && ` from ${entry.address}`}
        </span>
      </div>
      {(details.length > 0 || entry.target_id) && (
        <details style={{ color: colour.textMuted, fontSize: size.s }}>
          <summary style={{ minHeight: 24 }}>
            {entry.action}
            <span className="visually-hidden"> in detail</span>
          </summary>
          <dl style={{ fontFamily: font.mono, fontSize: size.xs, overflowWrap: "anywhere" }}>
            {entry.target_id && <Detail name={entry.target_kind} value={entry.target_id} />}
            {details.map(([name, value]) => (
              <Detail key={name} name={name} value={typeof value === "string" ? value : JSON.stringify(value)} />
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}

function Detail({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt style={{ display: "inline" }}>{name}: </dt>
      <dd style={{ display: "inline" }}>{value}</dd>
    </div>
  );
}

const WHO: Record<AuditEntry["actor_kind"], string> = {
  user: "a user",
  access_token: "an access token",
  command_line: "the command line",
  nobody: "nobody signed in",
};
