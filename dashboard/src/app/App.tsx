import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { Navigate, Outlet, Route, Routes } from "react-router";
import { Skeleton } from "../components/LoadState";
import { space } from "../theme";
import { ErrorBoundary } from "./ErrorBoundary";
import { NotFoundPage } from "./NotFoundPage";
import { SessionGate } from "./SessionContext";
import { Shell } from "./Shell";

/** Every page is a file of its own, fetched when it is first opened. */
const pages = {
  login: page(() => import("../pages/auth/LoginPage"), "LoginPage"),
  signUp: page(() => import("../pages/auth/SignUpPage"), "SignUpPage"),
  forgot: page(() => import("../pages/auth/ForgotPage"), "ForgotPage"),
  reset: page(() => import("../pages/auth/ResetPasswordPage"), "ResetPasswordPage"),
  invitation: page(() => import("../pages/auth/InvitationPage"), "InvitationPage"),
  newWorkspace: page(() => import("../pages/workspace/NewWorkspacePage"), "NewWorkspacePage"),
  onboarding: page(() => import("../pages/onboarding/OnboardingPage"), "OnboardingPage"),
  overview: page(() => import("../pages/overview/OverviewPage"), "OverviewPage"),
  requests: page(() => import("../pages/requests/RequestsPage"), "RequestsPage"),
  playground: page(() => import("../pages/playground/PlaygroundPage"), "PlaygroundPage"),
  providers: page(() => import("../pages/providers/ProvidersPage"), "ProvidersPage"),
  apiKeys: page(() => import("../pages/api-keys/ApiKeysPage"), "ApiKeysPage"),
  routing: page(() => import("../pages/routing/RoutingPage"), "RoutingPage"),
  usage: page(() => import("../pages/usage/UsagePage"), "UsagePage"),
  settings: page(() => import("../pages/settings/SettingsPage"), "SettingsPage"),
  admin: page(() => import("../pages/admin/AdminPage"), "AdminPage"),
};
const NoWorkspacePage = lazy(async () => ({
  default: (await import("../pages/workspace/NoWorkspacePage")).NoWorkspacePage,
}));

export function App() {
  return (
    <ErrorBoundary>
      <Suspense fallback={<Skeleton rows={6} />}>
        <Routes>
          <Route path="/app/login" element={<pages.login />} />
          <Route path="/app/signup" element={<pages.signUp />} />
          <Route path="/app/forgot" element={<pages.forgot />} />
          <Route path="/app/reset-password" element={<pages.reset />} />
          <Route path="/app/invitation" element={<pages.invitation />} />
          <Route
            path="/app"
            element={
              <SessionGate without={(member) => <NoWorkspacePage {...member} />}>
                <ShellWithPage />
              </SessionGate>
            }
          >
            <Route index element={<Navigate to="/app/overview" replace />} />
            <Route path="new-workspace" element={<pages.newWorkspace />} />
            <Route path="onboarding" element={<pages.onboarding />} />
            <Route path="overview" element={<pages.overview />} />
            <Route path="requests" element={<pages.requests />} />
            <Route path="playground" element={<pages.playground />} />
            <Route path="providers" element={<pages.providers />} />
            <Route path="api-keys" element={<pages.apiKeys />} />
            <Route path="routing" element={<pages.routing />} />
            <Route path="usage" element={<pages.usage />} />
            <Route path="settings/*" element={<pages.settings />} />
            <Route path="admin/*" element={<pages.admin />} />
            <Route path="*" element={<NotFoundPage />} />
          </Route>
          <Route
            path="*"
            element={
              <main style={{ padding: space.xl }}>
                <NotFoundPage />
              </main>
            }
          />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

/** The shell stays while a page is fetched. */
function ShellWithPage(): ReactNode {
  return (
    <Shell>
      <ErrorBoundary>
        <Suspense fallback={<Skeleton rows={6} />}>
          <Outlet />
        </Suspense>
      </ErrorBoundary>
    </Shell>
  );
}

function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}
