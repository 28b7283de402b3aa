import { LinkButton } from "../components/Button";
import { Empty } from "../components/LoadState";

export function NotFoundPage() {
  return (
    <Empty
      title="There is no page at this address"
      action={<LinkButton to="/app/overview">To the overview</LinkButton>}
    />
  );
}
