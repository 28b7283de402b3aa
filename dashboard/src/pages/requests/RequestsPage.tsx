import { Page } from "../../components/Page";

export function RequestsPage() {
  return <Page title="Requests">{null}</Page>;
}
