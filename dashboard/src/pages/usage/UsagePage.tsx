import { Page } from "../../components/Page";

export function UsagePage() {
  return <Page title="Usage">{null}</Page>;
}
