import { Page } from "../../components/Page";

export function RoutingPage() {
  return <Page title="Routing">{null}</Page>;
}
