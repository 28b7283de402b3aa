import { Page } from "../../components/Page";

export function NewWorkspacePage() {
  return <Page title="New workspace">{null}</Page>;
}
