import { Icon } from "../../components/Icon";
import { colour, size, space } from "../../theme";
import { aboutVendor, type Vendor } from "./VendorChoice";

export interface Props {
  vendor: Vendor;
}

export function VendorFacts({ vendor }: Props) {
  return (
    <p style={{ display: "flex", flexWrap: "wrap", gap: space.m, color: colour.textMuted, fontSize: size.s }}>
      <span>{aboutVendor(vendor)}</span>
      {isWebAddress(vendor.docs_url) && (
        <a
          href={vendor.docs_url}
          target="_blank"
          rel="noreferrer noopener"
          style={{ display: "inline-flex", gap: space.xs, alignItems: "center" }}
        >
          Its documentation <Icon name="external" px={12} />
          <span className="visually-hidden">(opens in another tab)</span>
        </a>
      )}
    </p>
  );
}

/** Addresses from data are links only with a scheme that opens a page. */
export function isWebAddress(text: string): boolean {
  try {
    return ["https:", "http:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
