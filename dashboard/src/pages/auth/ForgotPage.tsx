import { Page } from "../../components/Page";

export function ForgotPage() {
  return <Page title="Forgotten password">{null}</Page>;
}
