import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
  useState,
} from "react";
import { colour, control, font, radius, size, space, weight } from "../theme";
import { IconButton } from "./Button";

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** The server's sentence about this field, or our own. */
  error?: string | undefined;
  optional?: boolean;
  children(ids: ControlIds): ReactNode;
}

/** What the control inside takes, so that label, hint and error are read with it. */
export interface ControlIds {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** Label above, hint or error below. */
export function Field({ label, hint, error, optional, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div style={{ display: "grid", gap: space.xs, minWidth: 0 }}>
      <label htmlFor={id} style={{ fontSize: size.s, fontWeight: weight.medium }}>
        {label}
        {optional && <span style={{ color: colour.textMuted, fontWeight: weight.normal }}> (optional)</span>}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {error && (
        <span id={`${id}-error`} role="alert" style={{ color: colour.bad, fontSize: size.s }}>
          {error}
        </span>
      )}
      {hint && (
        <span id={`${id}-hint`} style={{ color: colour.textMuted, fontSize: size.s }}>
          {hint}
        </span>
      )}
    </div>
  );
}

type LabelProps = Omit<FieldProps, "children">;

export interface TextFieldProps extends LabelProps, Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  value: string;
  onChange(value: string): void;
  mono?: boolean;
}

export function TextField({ label, hint, error, optional, onChange, mono, style, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(ids) => (
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...ids}
          required={rest.required}
          onChange={(event) => onChange(event.target.value)}
          style={{ ...inputStyle, ...(mono ? { fontFamily: font.mono, fontSize: size.s } : {}), ...style }}
        />
      )}
    </Field>
  );
}

/** A secret that one may look at while typing it. */
export function SecretField({ label, hint, error, optional, onChange, style, ...rest }: TextFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(ids) => (
        <span style={{ position: "relative", display: "grid" }}>
          <input
            autoComplete="off"
            spellCheck={false}
            {...rest}
            {...ids}
            type={shown ? "text" : "password"}
            onChange={(event) => onChange(event.target.value)}
            style={{ ...inputStyle, paddingRight: control.height, ...style }}
          />
          <IconButton
            icon={shown ? "eyeOff" : "eye"}
            label={shown ? "Hide what is typed" : "Show what is typed"}
            onClick={() => setShown(!shown)}
            style={{ position: "absolute", right: 3, top: 3 }}
          />
        </span>
      )}
    </Field>
  );
}

export interface TextAreaFieldProps
  extends LabelProps,
    Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange" | "children"> {
  value: string;
  onChange(value: string): void;
  mono?: boolean;
}

export function TextAreaField({ label, hint, error, optional, onChange, mono, style, ...rest }: TextAreaFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(ids) => (
        <textarea
          rows={4}
          spellCheck={!mono}
          {...rest}
          {...ids}
          onChange={(event) => onChange(event.target.value)}
          style={{
            ...inputStyle,
            padding: `${space.s}px ${space.m - 2}px`,
            resize: "vertical",
            ...(mono ? { fontFamily: font.mono, fontSize: size.s } : {}),
            ...style,
          }}
        />
      )}
    </Field>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export interface SelectFieldProps<T extends string>
  extends LabelProps,
    Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value" | "children"> {
  value: T;
  choices: readonly Choice<T>[];
  onChange(value: NoInfer<T>): void;
}

export function SelectField<T extends string>(props: SelectFieldProps<T>) {
  const { label, hint, error, optional, choices, onChange, style, ...rest } = props;
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(ids) => (
        <select
          {...rest}
          {...ids}
          onChange={(event) => onChange(event.target.value as T)}
          style={{ ...inputStyle, paddingRight: space.s, ...style }}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange(checked: boolean): void;
}

export function Checkbox({ label, hint, onChange, ...rest }: CheckboxProps) {
  const id = useId();
  return (
    <div style={{ display: "grid", gridTemplateColumns: "auto 1fr", columnGap: space.s, alignItems: "start" }}>
      <input
        {...rest}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
        style={{ width: 16, height: 16, margin: "2px 4px", accentColor: colour.accent }}
      />
      <label htmlFor={id} style={{ minHeight: 24, opacity: rest.disabled ? 0.7 : 1 }}>
        {label}
      </label>
      {hint && (
        <span id={`${id}-hint`} style={{ gridColumn: 2, color: colour.textMuted, fontSize: size.s }}>
          {hint}
        </span>
      )}
    </div>
  );
}

export interface SegmentedProps<T extends string> {
  /** What is chosen, for those who do not see it. */
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange(value: T): void;
  disabled?: boolean;
}

/** A few choices side by side: radio buttons that look like one control. */
export function Segmented<T extends string>({ label, value, choices, onChange, disabled }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset
      style={{
        display: "inline-flex",
        flexWrap: "wrap",
        gap: 2,
        padding: 2,
        borderRadius: radius.m,
        background: colour.neutralSoft,
        maxWidth: "100%",
      }}
    >
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => {
        const chosen = choice.value === value;
        return (
          <label
            key={choice.value}
            style={{
              position: "relative",
              display: "inline-flex",
              alignItems: "center",
              minHeight: control.small,
              padding: `0 ${space.m}px`,
              borderRadius: radius.s,
              fontSize: size.s,
              fontWeight: weight.medium,
              cursor: disabled ? "not-allowed" : "pointer",
              background: chosen ? colour.surface : "transparent",
              boxShadow: chosen ? `0 1px 2px ${colour.shadow}` : "none",
            }}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={chosen}
              disabled={disabled}
              onChange={() => onChange(choice.value)}
              style={{
                position: "absolute",
                inset: 0,
                margin: 0,
                appearance: "none",
                borderRadius: radius.s,
                cursor: "inherit",
              }}
            />
            {choice.label}
          </label>
        );
      })}
    </fieldset>
  );
}

export const inputStyle = {
  width: "100%",
  minWidth: 0,
  minHeight: control.height,
  padding: `0 ${space.m - 2}px`,
  border: `1px solid ${colour.lineStrong}`,
  borderRadius: radius.m,
  background: colour.surface,
  color: colour.text,
} as const;
