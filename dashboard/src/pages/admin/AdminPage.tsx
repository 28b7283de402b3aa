import { Navigate, Route, Routes } from "react-router";
import { useSession } from "../../app/SessionContext";
import { Empty } from "../../components/LoadState";
import { Page } from "../../components/Page";
import { TabLinks } from "../../components/TabLinks";
import { AdminAudit } from "./AdminAudit";
import { InstallationTab } from "./InstallationTab";
import { PriceBook } from "./PriceBook";
import { SystemHealth } from "./SystemHealth";
import { UsersTab } from "./UsersTab";
import { WorkspacesTab } from "./WorkspacesTab";

const TABS = [
  { to: "/app/admin/health", name: "Health" },
  { to: "/app/admin/workspaces", name: "Workspaces" },
  { to: "/app/admin/users", name: "Users" },
  { to: "/app/admin/audit", name: "Audit log" },
  { to: "/app/admin/prices", name: "Price book" },
  { to: "/app/admin/installation", name: "Installation" },
];

/** What operators run the installation with. Being one gives no access to a workspace's keys or logs. */
export function AdminPage() {
  const { user } = useSession();
  if (!user.is_operator) {
    return (
      <Page title="Admin">
        <Empty title="This page is for operators of the installation">
          An operator can make you one, under Admin, Users.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title="Admin" description="The installation as a whole. Keys and logs of a workspace stay with its members.">
      <TabLinks label="Parts of the installation" tabs={TABS} />
      <Routes>
        <Route index element={<Navigate to="/app/admin/health" replace />} />
        <Route path="health" element={<SystemHealth />} />
        <Route path="workspaces" element={<WorkspacesTab />} />
        <Route path="users" element={<UsersTab />} />
        <Route path="audit" element={<AdminAudit />} />
        <Route path="prices" element={<PriceBook />} />
        <Route path="installation" element={<InstallationTab />} />
        <Route path="*" element={<Navigate to="/app/admin/health" replace />} />
      </Routes>
    </Page>
  );
}
