import { Page } from "../../components/Page";

export function SignUpPage() {
  return <Page title="Sign up">{null}</Page>;
}
