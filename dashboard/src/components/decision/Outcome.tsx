import { Badge } from "../Notice";
import { type Log, OUTCOMES } from "./words";

export interface Props {
  log: Pick<Log, "outcome" | "status" | "error_code">;
}

/** How a request ended: the status that the client got, and what it means. */
export function Outcome({ log }: Props) {
  const { name, tone, meaning } = OUTCOMES[log.outcome];
  const code = log.error_code === null ? "" : ` ${log.error_code}`;
  return (
    <Badge tone={tone} title={`${meaning}${code}`}>
      {log.status} {name}
    </Badge>
  );
}
