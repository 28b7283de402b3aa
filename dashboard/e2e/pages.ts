import type { Person } from "./backend";

/** Every page there is: whom it is opened as (nobody where left out) and its h1, by which it is known to be there. */
export interface PageUnderTest {
  /** Of its screenshot. */
  name: string;
  path: string;
  as?: Person;
  title: RegExp;
}

const ADMIN = ["health", "workspaces", "users", "audit", "prices", "installation"];
const SETTINGS = ["workspace", "members", "access-tokens", "content", "audit", "account", "danger"];

export const PUBLIC_PAGES: PageUnderTest[] = [
  { name: "landing", path: "/", title: /./ },
  { name: "login", path: "/app/login", title: /log in/i },
  { name: "sign-up", path: "/app/signup", title: /sign up|account/i },
  { name: "forgotten-password", path: "/app/forgot", title: /password/i },
  { name: "new-password", path: "/app/reset-password", title: /password/i },
  { name: "invitation", path: "/app/invitation", title: /invit|join/i },
];

export const SIGNED_IN_PAGES: PageUnderTest[] = [
  page("onboarding", /./),
  page("overview", /overview/i),
  page("requests", /requests/i),
  page("playground", /playground/i),
  page("providers", /providers/i),
  page("api-keys", /api keys/i),
  page("routing", /routing/i),
  page("usage", /usage/i),
  page("new-workspace", /workspace/i),
  ...SETTINGS.map((part) => page(`settings/${part}`, /settings/i)),
  ...ADMIN.map((part) => page(`admin/${part}`, /admin/i)),
];

export const PAGES: PageUnderTest[] = [...PUBLIC_PAGES, ...SIGNED_IN_PAGES];

function page(path: string, title: RegExp): PageUnderTest {
  return { name: path.replace("/", "-"), path: `/app/${path}`, as: "owner", title };
}
