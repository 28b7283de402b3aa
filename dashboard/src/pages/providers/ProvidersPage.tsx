import { Page } from "../../components/Page";

export function ProvidersPage() {
  return <Page title="Providers">{null}</Page>;
}
