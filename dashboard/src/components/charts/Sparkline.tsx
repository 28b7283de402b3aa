import { colour } from "../../theme";

export interface Props {
  /** What it shows in a sentence with its numbers: it is all that is read of it. */
  label: string;
  values: readonly number[];
  /** Marks of trouble, drawn over it: of the same length, null where there is none. */
  bad?: readonly number[];
  /** px */
  width?: number;
  height?: number;
}

/** A shape without axes, beside a number. */
export function Sparkline({ label, values, bad, width = 120, height = 28 }: Props) {
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length);
  const heightOf = (value: number) => (value === 0 ? 0 : Math.max(1.5, (value / most) * (height - 2)));
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block", maxWidth: "100%" }}>
      <title>{label}</title>
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke={colour.line} />
      {values.map((value, index) => {
        const tall = heightOf(value);
        const wrong = heightOf(bad?.[index] ?? 0);
        return (
          <g key={index}>
            <rect
              x={index * step}
              width={Math.max(1, step - 1)}
              y={height - tall}
              height={tall}
              fill={colour.series1}
              opacity={0.55}
            />
            {wrong > 0 && (
              <rect
                x={index * step}
                width={Math.max(1, step - 1)}
                y={height - wrong}
                height={wrong}
                fill={colour.bad}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
