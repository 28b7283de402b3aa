import { Page } from "../../components/Page";

export function InvitationPage() {
  return <Page title="Invitation">{null}</Page>;
}
