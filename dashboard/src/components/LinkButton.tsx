import type { ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { type ButtonKind, buttonStyle, HOVER } from "./Button";
import { Icon, type IconName } from "./Icon";

export interface Props extends LinkProps {
  kind?: ButtonKind;
  small?: boolean;
  icon?: IconName;
  children: ReactNode;
}

/** Looks like a button, goes somewhere. */
export function LinkButton({ kind = "secondary", small, icon, children, style, ...rest }: Props) {
  return (
    <Link {...rest} className={HOVER[kind]} style={{ ...buttonStyle(kind, small), ...style }}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}
