import { useState } from "react";
import type { Schemas } from "../../api/client";
import { TextField } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { Badge } from "../../components/Notice";
import { plural } from "../../format/numbers";
import { colour, radius, size, space, weight } from "../../theme";

export type Vendor = Schemas["CatalogVendor"];

export interface Props {
  vendors: readonly Vendor[];
  onChoose(vendor: Vendor): void;
}

/** Step one: whose key it is. */
export function VendorChoice({ vendors, onChoose }: Props) {
  const [search, setSearch] = useState("");
  const found = matching(vendors, search);
  const other = vendors.find((vendor) => vendor.name === "custom");
  return (
    <div style={{ display: "grid", gap: space.m }}>
      <TextField
        label="Search providers"
        type="search"
        value={search}
        autoFocus
        hint={`${plural(found.length, "provider")} found.${other ? ` One that is not here: ${other.title}.` : ""}`}
        onChange={setSearch}
        onKeyDown={(event) => {
          const [only, ...others] = found.filter((vendor) => vendor.allowed);
          if (event.key === "Enter" && only !== undefined && others.length === 0) onChoose(only);
        }}
      />
      <ul aria-label="Providers" style={{ listStyle: "none", display: "grid", gap: 2 }}>
        {found.map((vendor) => (
          <li key={vendor.name}>
            <VendorButton vendor={vendor} onChoose={() => onChoose(vendor)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function VendorButton({ vendor, onChoose }: { vendor: Vendor; onChoose(): void }) {
  return (
    <button
      type="button"
      disabled={!vendor.allowed}
      className="hover-fill"
      onClick={onChoose}
      style={{
        display: "flex",
        alignItems: "center",
        gap: space.s,
        width: "100%",
        minHeight: 44,
        padding: `${space.xs}px ${space.s}px`,
        border: "none",
        borderRadius: radius.m,
        background: "transparent",
        textAlign: "left",
        cursor: vendor.allowed ? "pointer" : "not-allowed",
      }}
    >
      <span style={{ flex: 1, minWidth: 0, display: "grid" }}>
        <span style={{ fontWeight: weight.medium, color: vendor.allowed ? colour.text : colour.textMuted }}>
          {vendor.title}
        </span>
        <span style={{ color: colour.textMuted, fontSize: size.s }}>{aboutVendor(vendor)}</span>
      </span>
      {vendor.self_hosted && <Badge>self-hosted</Badge>}
      {vendor.allowed && <Icon name="chevronRight" />}
    </button>
  );
}

export function aboutVendor(vendor: Vendor): string {
  if (!vendor.allowed) return "Not among the providers that the workspace's settings allow.";
  const secret = { required: "needs a key", optional: "key optional", none: "needs no key" }[vendor.secret];
  const models = vendor.models > 0 ? `${plural(vendor.models, "model")} known` : "Models read from its server";
  return `${models}, ${secret}`;
}

export function matching(vendors: readonly Vendor[], search: string): Vendor[] {
  const words = search.toLowerCase().split(/\s+/);
  return vendors.filter((vendor) => {
    const text = `${vendor.title} ${vendor.name} ${vendor.self_hosted ? "self-hosted" : ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
