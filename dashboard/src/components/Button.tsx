import type { ButtonHTMLAttributes, CSSProperties, ReactNode, Ref } from "react";
import { colour, control, font, radius, size, space, weight } from "../theme";
import { Icon, type IconName } from "./Icon";
import { Spinner } from "./Spinner";

export type ButtonKind = "primary" | "secondary" | "ghost" | "danger";

export interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  small?: boolean;
  icon?: IconName;
  /** Shows progress, and takes no click. */
  busy?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "secondary", small, icon, busy, children, style, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={HOVER[kind]}
      style={{ ...buttonStyle(kind, small), ...(disabled && !busy ? { opacity: 0.55 } : {}), ...style }}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does: its name for those who do not see the icon, and its tooltip. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, style, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className="hover-fill"
      style={{
        ...buttonStyle("ghost", true),
        width: control.small,
        padding: 0,
        justifyContent: "center",
        opacity: rest.disabled ? 0.5 : 1,
        ...style,
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The class that gives each kind its :hover. */
export const HOVER: Record<ButtonKind, string> = {
  primary: "hover-accent",
  secondary: "hover-fill",
  ghost: "hover-fill",
  danger: "hover-bad",
};

export function buttonStyle(kind: ButtonKind, small?: boolean): CSSProperties {
  return {
    display: "inline-flex",
    alignItems: "center",
    justifyContent: "center",
    gap: space.s,
    minHeight: small ? control.small : control.height,
    padding: small ? `0 ${space.s + 2}px` : `0 ${space.l - 2}px`,
    border: `1px solid ${kind === "secondary" ? colour.lineStrong : "transparent"}`,
    borderRadius: radius.m,
    fontFamily: font.sans,
    fontSize: small ? size.s : size.m,
    fontWeight: weight.medium,
    lineHeight: 1.2,
    textDecoration: "none",
    whiteSpace: "nowrap",
    cursor: "pointer",
    ...KINDS[kind],
  };
}

const KINDS: Record<ButtonKind, CSSProperties> = {
  primary: { background: colour.accent, color: colour.onAccent },
  secondary: { background: colour.surface, color: colour.text },
  ghost: { background: "transparent", color: colour.text },
  danger: { background: colour.bad, color: colour.onBad },
};
