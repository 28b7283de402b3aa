import { Page } from "../../components/Page";

export function LoginPage() {
  return <Page title="Log in">{null}</Page>;
}
