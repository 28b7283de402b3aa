import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "../components/Button";
import { Empty } from "../components/LoadState";

export interface Props {
  children: ReactNode;
}

interface State {
  failure: Error | undefined;
}

/**
 * A page that failed, instead of a white window. React asks for a class here; it is the only one.
 *
 * The usual reason is a page that was deployed anew while this tab was open: its file has another name now.
 */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failure: undefined };

  static getDerivedStateFromError(failure: Error): State {
    return { failure };
  }

  override componentDidCatch(failure: Error, info: ErrorInfo): void {
    // biome-ignore lint/suspicious/noConsole: where whoever mends it looks
    console.error(failure, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.failure === undefined) return this.props.children;
    return (
      <Empty title="This page failed" action={<Button onClick={() => window.location.reload()}>Load it again</Button>}>
        It may be of an older version than the gateway. Nothing was lost on the server.
      </Empty>
    );
  }
}
