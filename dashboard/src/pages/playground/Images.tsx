import { IconButton } from "../../components/Button";
import { colour, radius, size, space } from "../../theme";

export interface Props {
  images: readonly string[];
  onRemove?(index: number): void;
}

/** Only what is data is shown: an address of somebody else's would be asked by this browser. */
export function Images({ images, onRemove }: Props) {
  if (images.length === 0) return null;
  return (
    <ul style={{ listStyle: "none", display: "flex", flexWrap: "wrap", gap: space.s }}>
      {images.map((url, index) => (
        <li key={index} style={{ position: "relative", minWidth: 0 }}>
          {url.startsWith("data:image/") ? (
            <img
              src={url}
              alt={`Attached ${index + 1}`}
              style={{
                height: 72,
                maxWidth: 140,
                objectFit: "cover",
                borderRadius: radius.m,
                border: `1px solid ${colour.line}`,
                display: "block",
              }}
            />
          ) : (
            <code style={{ fontSize: size.xs, overflowWrap: "anywhere" }}>{url.slice(0, 200)}</code>
          )}
          {onRemove && (
            <IconButton
              icon="cross"
              label={`Remove image ${index + 1}`}
              onClick={() => onRemove(index)}
              style={{ position: "absolute", top: 2, right: 2, background: colour.surface, minHeight: 24, width: 24 }}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
