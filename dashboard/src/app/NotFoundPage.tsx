import { LinkButton } from "../components/LinkButton";
import { Page } from "../components/Page";

export function NotFoundPage() {
  return (
    <Page title="There is no page at this address">
      <p>
        <LinkButton to="/app/overview">To the overview</LinkButton>
      </p>
    </Page>
  );
}
