import type { ReactNode } from "react";
import { Link } from "react-router";
import { type Figures, GROUP_NAMES, type GroupBy, groupName, requestsOfGroup, type Usage } from "../../api/usage";
import { type Column, Table } from "../../components/Table";
import { Count, Money } from "../../components/Values";
import { formatDuration, formatShare } from "../../format/numbers";
import { colour, size, weight } from "../../theme";

export interface Props {
  usage: Usage;
  by: GroupBy;
  keyNames: ReadonlyMap<string, string> | null;
}

interface Row {
  key: string;
  name: string;
  to: string | null;
  figures: Figures;
  isTotal: boolean;
}

/** Every figure of every group, and their total. */
export function GroupTable({ usage, by, keyNames }: Props) {
  const rows: Row[] = usage.groups.map((group) => ({
    key: `group ${group.group}`,
    name: groupName(by, group.group ?? "", keyNames),
    to: requestsOfGroup(by, group.group ?? "", usage),
    figures: group.total,
    isTotal: false,
  }));
  rows.push({ key: "total", name: "Total", to: null, figures: usage.total, isTotal: true });
  return (
    <Table
      caption={`Usage by ${GROUP_NAMES[by]}`}
      columns={columnsOf(by, usage.total)}
      rows={rows}
      rowKey={(row) => row.key}
    />
  );
}

function columnsOf(by: GroupBy, total: Figures): Column<Row>[] {
  const number = (title: string, value: (figures: Figures) => ReactNode): Column<Row> => ({
    title,
    numeric: true,
    cell: (row) => (
      <span style={{ whiteSpace: "nowrap", fontWeight: row.isTotal ? weight.bold : weight.normal }}>
        {value(row.figures)}
      </span>
    ),
  });
  const count = (title: string, value: (figures: Figures) => number) =>
    number(title, (figures) => <Count of={value(figures)} />);
  return [
    { title: GROUP_NAMES[by], cell: nameCell },
    number("Cost", (figures) => (
      <>
        <Money nanousd={figures.cost_nanousd} />
        {figures.unpriced_requests > 0 && <Unpriced requests={figures.unpriced_requests} />}
      </>
    )),
    number("Share", (figures) =>
      total.cost_nanousd === 0 ? "–" : formatShare(figures.cost_nanousd / total.cost_nanousd),
    ),
    count("Requests", (figures) => figures.requests),
    count("Failed", (figures) => figures.errors),
    count("Input", (figures) => figures.input_tokens),
    count("From cache", (figures) => figures.cached_input_tokens),
    count("Into cache", (figures) => figures.cache_write_tokens),
    count("Output", (figures) => figures.output_tokens),
    count("Reasoning", (figures) => figures.reasoning_tokens),
    number("p95", (figures) => (figures.latency.p95_ms === null ? "–" : formatDuration(figures.latency.p95_ms))),
  ];
}

function nameCell(row: Row): ReactNode {
  const style = {
    display: "inline-block",
    maxWidth: 260,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    verticalAlign: "bottom",
    fontWeight: row.isTotal ? weight.bold : weight.normal,
  } as const;
  if (row.to === null) return <span style={style}>{row.name}</span>;
  return (
    <Link to={row.to} title={`Requests of ${row.name}`} style={{ ...style, outlineOffset: -2 }}>
      {row.name}
    </Link>
  );
}

function Unpriced({ requests }: { requests: number }) {
  return (
    <span style={{ color: colour.warn, fontSize: size.xs }} title="Their model has no price: they are not in the cost">
      {" "}
      +{requests} unpriced
    </span>
  );
}
