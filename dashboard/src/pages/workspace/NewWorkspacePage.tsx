import { useNavigate } from "react-router";
import { useSession } from "../../app/SessionContext";
import { Card, Page } from "../../components/Page";
import { NewWorkspaceForm } from "./NewWorkspaceForm";

export function NewWorkspacePage() {
  const { switchTo } = useSession();
  const navigate = useNavigate();
  return (
    <Page
      title="New workspace"
      description="With its own provider keys, API keys, members, logs and costs. You will own it."
      maxWidth={640}
    >
      <Card>
        <NewWorkspaceForm
          onCreated={async (id) => {
            await switchTo(id);
            navigate("/app/onboarding");
          }}
        />
      </Card>
    </Page>
  );
}
