import { colour } from "../theme";
import { SecretField } from "./Field";

export interface Props {
  label?: string;
  value: string;
  /** From GET /auth/settings; undefined until it is there. */
  minCharacters: number | undefined;
  /** Whose password it is: an address is none. */
  email?: string;
  error?: string | undefined;
  onChange(value: string): void;
}

/** A password to be chosen: says while one types what is still missing. The server looks closer. */
export function NewPasswordField({ label = "Password", value, minCharacters = 12, email, error, onChange }: Props) {
  const missing = missingOf(value, minCharacters, email);
  return (
    <SecretField
      label={label}
      name="new-password"
      autoComplete="new-password"
      required
      value={value}
      error={error}
      onChange={onChange}
      hint={
        <span style={{ color: value !== "" && missing === null ? colour.good : undefined }}>
          {missing ?? "Long enough."}
        </span>
      }
    />
  );
}

/** What the hint says; null: nothing is missing. Characters are counted as the server counts them. */
export function missingOf(password: string, minCharacters: number, email?: string): string | null {
  const characters = [...password.normalize("NFC")];
  if (characters.length === 0) {
    return `At least ${minCharacters} characters of any kind: a few words are easier to remember than signs.`;
  }
  if (characters.length < minCharacters) return `${characters.length} of at least ${minCharacters} characters.`;
  if (email && password.trim().toLowerCase() === email.trim().toLowerCase()) {
    return "The e-mail address is not a password.";
  }
  if (new Set(password.trim().toLowerCase()).size < 5) return "At least five different characters.";
  return null;
}
