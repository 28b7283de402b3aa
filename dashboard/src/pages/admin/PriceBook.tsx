import { useCallback, useMemo } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { SelectField } from "../../components/Field";
import { Empty, LoadState } from "../../components/LoadState";
import { Badge } from "../../components/Notice";
import { Card } from "../../components/Page";
import { type Column, Table } from "../../components/Table";
import { Count } from "../../components/Values";
import { formatUsd } from "../../format/money";
import { plural } from "../../format/numbers";
import { colour, font, size, space } from "../../theme";
import { SearchField, useSearch } from "./SearchField";

type Vendor = Schemas["VendorPrices"];
type Model = Schemas["OfferedModel"];

export function PriceBook() {
  const book = useLoaded(
    useCallback(async (signal: AbortSignal) => (await api.get("/admin/catalog/models", { signal })).data, []),
  );
  const [vendorName, setVendorName] = useSearch("vendor");
  const [text, setText] = useSearch("model");
  return (
    <LoadState of={book} skeletonRows={10}>
      {(data) => {
        const priced = data.vendors.filter((vendor) => vendor.models.length > 0);
        const vendor = priced.find((each) => each.name === vendorName) ?? priced[0];
        return vendor === undefined ? (
          <Empty title="No vendor has models" />
        ) : (
          <Card
            padding={0}
            title="Price book"
            description={`List prices per million tokens, from ${data.price_data} and the vendors' own pages. What a workspace pays can be set on its provider keys and in its settings.`}
          >
            <div
              style={{
                display: "flex",
                flexWrap: "wrap",
                alignItems: "end",
                gap: space.l,
                padding: `${space.m}px ${space.l}px`,
              }}
            >
              <div style={{ width: 240 }}>
                <SelectField
                  label="Vendor"
                  value={vendor.name}
                  choices={priced.map((each) => ({
                    value: each.name,
                    label: `${each.title} (${plural(each.models.length, "model")})`,
                  }))}
                  onChange={setVendorName}
                />
              </div>
              <SearchField label="Model contains" value={text} onChange={setText} />
              <SourceOf vendor={vendor} />
            </div>
            <Models vendor={vendor} text={text} />
          </Card>
        );
      }}
    </LoadState>
  );
}

function SourceOf({ vendor }: { vendor: Vendor }) {
  return (
    <span style={{ color: colour.textMuted, fontSize: size.s, minHeight: 24 }}>
      Read from{" "}
      {vendor.source_url.startsWith("https://") ? (
        <a href={vendor.source_url} target="_blank" rel="noreferrer">
          the vendor's page
        </a>
      ) : (
        vendor.source_url
      )}{" "}
      on {vendor.read_on}
    </span>
  );
}

function Models({ vendor, text }: { vendor: Vendor; text: string }) {
  const rows = useMemo(
    () => vendor.models.filter((model) => model.id.toLowerCase().includes(text.trim().toLowerCase())),
    [vendor, text],
  );
  if (rows.length === 0) return <Empty title="No model of this vendor has a name like that" />;
  return <Table caption={`Models of ${vendor.title}`} columns={COLUMNS} rows={rows} rowKey={(model) => model.id} />;
}

const COLUMNS: Column<Model>[] = [
  {
    title: "Model",
    cell: (model) => (
      <div style={{ overflowWrap: "anywhere", minWidth: 120 }}>
        <code style={{ fontFamily: font.mono, fontSize: size.s }}>{model.id}</code>
        {model.price
          ?.filter((band) => band.above_input_tokens > 0)
          .map((band) => (
            <div key={band.above_input_tokens} style={{ color: colour.textMuted, fontSize: size.xs }}>
              above {plural(band.above_input_tokens, "input token")}:
            </div>
          ))}
      </div>
    ),
  },
  {
    title: "Tiers",
    notOnPhones: true,
    cell: (model) => (
      <span style={{ display: "inline-flex", flexWrap: "wrap", gap: space.xs }}>
        {model.tiers.map((tier) => (
          <Badge key={tier} tone="info">
            {tier}
          </Badge>
        ))}
      </span>
    ),
  },
  { title: "Input", numeric: true, cell: (model) => <Prices of={model} part="input" /> },
  {
    title: "Cached input",
    numeric: true,
    notOnPhones: true,
    cell: (model) => <Prices of={model} part="cached_input" />,
  },
  { title: "Cache write", numeric: true, notOnPhones: true, cell: (model) => <Prices of={model} part="cache_write" /> },
  { title: "Output", numeric: true, cell: (model) => <Prices of={model} part="output" /> },
  {
    title: "Context",
    numeric: true,
    notOnPhones: true,
    cell: (model) => (model.context_tokens === null ? "" : <Count of={model.context_tokens} compact />),
  },
  { title: "Price from", notOnPhones: true, cell: (model) => model.price_source ?? "" },
];

const NANOUSD_PER_MICROUSD = 1000;

/** A line for each band: most models have one, some cost more above a number of input tokens. */
function Prices({ of: model, part }: { of: Model; part: "input" | "output" | "cached_input" | "cache_write" }) {
  if (model.price === null) return part === "input" ? <Badge tone="warn">no price</Badge> : null;
  return (
    <span style={{ display: "inline-grid" }}>
      {model.price.map((band) => (
        <span key={band.above_input_tokens}>
          {band[part] === null ? "" : formatUsd(band[part] * NANOUSD_PER_MICROUSD)}
        </span>
      ))}
    </span>
  );
}
