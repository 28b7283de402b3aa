import { Navigate, Route, Routes } from "react-router";
import { type Action, useSession } from "../../app/SessionContext";
import { Empty } from "../../components/LoadState";
import { Page } from "../../components/Page";
import { TabLinks } from "../../components/TabLinks";
import { AccessTokensTab } from "./AccessTokensTab";
import { AccountTab } from "./AccountTab";
import { AuditTab } from "./AuditTab";
import { ContentTab } from "./ContentTab";
import { DangerTab } from "./DangerTab";
import { MembersTab } from "./MembersTab";
import { WorkspaceTab } from "./WorkspaceTab";

interface Part {
  path: string;
  name: string;
  needs?: Action;
}

const PARTS: Part[] = [
  { path: "workspace", name: "Workspace" },
  { path: "members", name: "Members", needs: "members:read" },
  { path: "access-tokens", name: "Access tokens", needs: "access_tokens:read" },
  { path: "content", name: "Content logging" },
  { path: "audit", name: "Audit log", needs: "audit:read" },
  { path: "account", name: "Account" },
  { path: "danger", name: "Danger zone" },
];

export function SettingsPage() {
  const { workspace, can } = useSession();
  const parts = PARTS.filter((part) => part.needs === undefined || can(part.needs));
  const has = (path: string) => parts.some((part) => part.path === path);
  return (
    <Page title="Settings" description={`Of the workspace ${workspace.name}, and of your account.`}>
      <TabLinks
        label="Parts of the settings"
        tabs={parts.map((part) => ({ to: `/app/settings/${part.path}`, name: part.name }))}
      />
      <Routes>
        <Route index element={<Navigate to="/app/settings/workspace" replace />} />
        <Route path="workspace" element={<WorkspaceTab />} />
        <Route path="members" element={<MembersTab />} />
        <Route path="access-tokens" element={has("access-tokens") ? <AccessTokensTab /> : <ForAdmins />} />
        <Route path="content" element={<ContentTab />} />
        <Route path="audit" element={has("audit") ? <AuditTab /> : <ForAdmins />} />
        <Route path="account" element={<AccountTab />} />
        <Route path="danger" element={<DangerTab />} />
        <Route path="*" element={<Navigate to="/app/settings/workspace" replace />} />
      </Routes>
    </Page>
  );
}

function ForAdmins() {
  const { workspace } = useSession();
  return (
    <Empty title="This part is for admins and owners">
      You are {workspace.role} of this workspace. An admin can change that under Members.
    </Empty>
  );
}
