import { Page } from "../../components/Page";

export function ResetPasswordPage() {
  return <Page title="New password">{null}</Page>;
}
