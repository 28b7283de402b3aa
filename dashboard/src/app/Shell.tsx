import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, NavLink, useLocation, useNavigate } from "react-router";
import { useAction } from "../api/hooks";
import { Button, IconButton } from "../components/Button";
import { Icon, type IconName } from "../components/Icon";
import { Logo } from "../components/Logo";
import { Notice } from "../components/Notice";
import { ThemeSwitch } from "../components/ThemeSwitch";
import { useTell } from "../components/Toasts";
import { colour, control, radius, size, space, weight } from "../theme";
import { type Action, useSession } from "./SessionContext";

export interface Props {
  children: ReactNode;
}

interface Place {
  to: string;
  name: string;
  icon: IconName;
  needs?: Action;
  operator?: boolean;
}

const PLACES: Place[] = [
  { to: "/app/overview", name: "Overview", icon: "overview", needs: "usage:read" },
  { to: "/app/requests", name: "Requests", icon: "requests", needs: "logs:read" },
  { to: "/app/playground", name: "Playground", icon: "playground" },
  { to: "/app/providers", name: "Providers", icon: "providers", needs: "provider_keys:read" },
  { to: "/app/api-keys", name: "API keys", icon: "key", needs: "api_keys:read" },
  { to: "/app/routing", name: "Routing", icon: "routing", needs: "routing:explain" },
  { to: "/app/usage", name: "Usage", icon: "usage", needs: "usage:read" },
  { to: "/app/settings", name: "Settings", icon: "settings", needs: "workspace:read" },
  { to: "/app/admin", name: "Admin", icon: "admin", operator: true },
];
const SIDEBAR_PX = 224;

/** Navigation beside the page; on narrow windows behind a button. */
export function Shell({ children }: Props) {
  const [open, setOpen] = useState(false);
  const location = useLocation();
  const main = useRef<HTMLElement>(null);
  const previous = useRef(location.pathname);
  useEffect(() => {
    setOpen(false);
    // A new page: readers of the screen begin at its top, as after a click on a link of a document.
    if (previous.current !== location.pathname) {
      previous.current = location.pathname;
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }, [location.pathname]);
  return (
    <>
      <a
        href="#main"
        className="skip-link"
        style={{ position: "fixed", zIndex: 60, background: colour.surface, padding: space.m }}
      >
        Skip to the page
      </a>
      <div style={{ display: "flex", minHeight: "100dvh", alignItems: "stretch" }}>
        <div
          className="wide-only"
          style={{ width: SIDEBAR_PX, flexShrink: 0, borderRight: `1px solid ${colour.line}` }}
        >
          <div style={{ position: "sticky", top: 0, height: "100dvh" }}>
            <Sidebar />
          </div>
        </div>
        <div style={{ flex: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
          <header
            className="narrow-only"
            style={{
              display: "flex",
              alignItems: "center",
              gap: space.s,
              padding: `${space.s}px ${space.m}px`,
              borderBottom: `1px solid ${colour.line}`,
              background: colour.surface,
            }}
          >
            <IconButton
              icon={open ? "cross" : "menu"}
              label={open ? "Close the menu" : "Open the menu"}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            />
            <Logo />
          </header>
          {open && (
            <div
              className="narrow-only"
              style={{ borderBottom: `1px solid ${colour.line}`, background: colour.surface }}
            >
              <Sidebar />
            </div>
          )}
          <OfflineNotice />
          <SuspendedNotice />
          <main
            ref={main}
            id="main"
            tabIndex={-1}
            style={{ flex: 1, minWidth: 0, padding: `clamp(${space.l}px, 3vw, ${space.xxl}px)`, outline: "none" }}
          >
            {children}
          </main>
        </div>
      </div>
    </>
  );
}

function Sidebar() {
  const { user, can } = useSession();
  const places = PLACES.filter((place) => (place.operator ? user.is_operator : !place.needs || can(place.needs)));
  return (
    <nav
      aria-label="Main"
      style={{
        display: "flex",
        flexDirection: "column",
        gap: space.l,
        padding: space.m,
        height: "100%",
        overflowY: "auto",
      }}
    >
      <div className="wide-only" style={{ padding: `${space.s}px ${space.s}px 0` }}>
        <Logo />
      </div>
      <WorkspaceSwitch />
      <ul style={{ listStyle: "none", display: "grid", gap: 2 }}>
        {places.map((place) => (
          <li key={place.to}>
            <NavLink to={place.to} className="hover-fill" style={({ isActive }) => placeStyle(isActive)}>
              <Icon name={place.icon} />
              {place.name}
            </NavLink>
          </li>
        ))}
      </ul>
      <div style={{ marginTop: "auto", display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 2 }}>
        <a href="/docs" className="hover-fill" style={placeStyle(false)}>
          <Icon name="docs" />
          API reference
        </a>
        <UserPart />
      </div>
    </nav>
  );
}

function WorkspaceSwitch() {
  const { workspace, workspaces, switchTo } = useSession();
  const navigate = useNavigate();
  const tell = useTell();
  const change = useAction(async (id: string) => {
    await switchTo(id);
    navigate("/app/overview");
    tell("You are in another workspace now.");
  });
  return (
    <label style={{ display: "grid", gap: 2, fontSize: size.xs, color: colour.textMuted }}>
      Workspace
      <select
        value={workspace.id}
        disabled={change.busy}
        onChange={(event) =>
          event.target.value === "" ? navigate("/app/new-workspace") : void change.run(event.target.value)
        }
        style={{
          width: "100%",
          minHeight: control.height,
          padding: `0 ${space.s}px`,
          borderRadius: radius.m,
          border: `1px solid ${colour.lineStrong}`,
          background: colour.surface,
          color: colour.text,
          fontSize: size.m,
          fontWeight: weight.medium,
        }}
      >
        {workspaces.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
        <option value="">New workspace…</option>
      </select>
      {change.error && <Notice kind="bad">{change.error.message}</Notice>}
    </label>
  );
}

function UserPart() {
  const { user, signOut } = useSession();
  return (
    <div
      style={{
        display: "grid",
        gridTemplateColumns: "minmax(0, 1fr)",
        gap: space.s,
        borderTop: `1px solid ${colour.line}`,
        paddingTop: space.m,
        marginTop: space.s,
      }}
    >
      <Link
        to="/app/settings/account"
        className="hover-fill"
        style={{ ...placeStyle(false), minWidth: 0 }}
        title={user.email}
      >
        <Icon name="user" />
        <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
          {user.name || user.email}
        </span>
      </Link>
      <div style={{ display: "flex", justifyContent: "space-between", gap: space.s }}>
        <ThemeSwitch />
        <Button kind="ghost" small icon="logout" onClick={() => void signOut()}>
          Log out
        </Button>
      </div>
    </div>
  );
}

function OfflineNotice() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    window.addEventListener("online", update);
    window.addEventListener("offline", update);
    return () => {
      window.removeEventListener("online", update);
      window.removeEventListener("offline", update);
    };
  }, []);
  return online ? null : (
    <Notice kind="warn">You are offline: what you see may be out of date, and nothing can be changed.</Notice>
  );
}

function SuspendedNotice() {
  const { workspace } = useSession();
  return workspace.suspended ? (
    <Notice kind="warn">This workspace is suspended: its API keys are refused until an operator lifts that.</Notice>
  ) : null;
}

function placeStyle(isActive: boolean) {
  return {
    display: "flex",
    alignItems: "center",
    gap: space.s + 2,
    minHeight: control.small + 2,
    padding: `0 ${space.s}px`,
    borderRadius: radius.m,
    color: colour.text,
    textDecoration: "none",
    fontWeight: isActive ? weight.bold : weight.normal,
    background: isActive ? colour.selected : "transparent",
  } as const;
}
