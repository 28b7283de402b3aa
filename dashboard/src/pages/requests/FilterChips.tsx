import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { colour, control, radius, size, space } from "../../theme";
import type { Chip, FilterName } from "./filters";

export interface Props {
  chips: readonly Chip[];
  onRemove(names: readonly FilterName[]): void;
  onClear(): void;
}

/** What is filtered by; a click takes it away. */
export function FilterChips({ chips, onRemove, onClear }: Props) {
  if (chips.length === 0) return null;
  return (
    <ul
      aria-label="Active filters"
      style={{ listStyle: "none", display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}
    >
      {chips.map((chip) => (
        <li key={chip.names.join(" ")} style={{ minWidth: 0, maxWidth: "100%" }}>
          <button
            type="button"
            className="hover-fill"
            aria-label={`Remove the filter ${chip.text}`}
            onClick={() => onRemove(chip.names)}
            style={{
              display: "inline-flex",
              alignItems: "center",
              gap: space.xs,
              minHeight: control.small,
              maxWidth: "100%",
              padding: `0 ${space.s}px`,
              border: `1px solid ${colour.line}`,
              borderRadius: radius.full,
              background: colour.surface,
              fontSize: size.s,
              cursor: "pointer",
            }}
          >
            <span style={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
              {chip.text}
            </span>
            <Icon name="cross" px={12} />
          </button>
        </li>
      ))}
      <li>
        <Button kind="ghost" small onClick={onClear}>
          Clear all
        </Button>
      </li>
    </ul>
  );
}
