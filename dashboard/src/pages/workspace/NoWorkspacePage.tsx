import { Page } from "../../components/Page";

export function NoWorkspacePage() {
  return <Page title="No workspace">{null}</Page>;
}
