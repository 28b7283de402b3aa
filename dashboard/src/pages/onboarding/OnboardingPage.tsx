import { Page } from "../../components/Page";

export function OnboardingPage() {
  return <Page title="Start here">{null}</Page>;
}
