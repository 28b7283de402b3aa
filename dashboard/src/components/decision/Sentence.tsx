export interface Props {
  text: string;
}

/** A sentence of the server's, its `names` as code. */
export function Sentence({ text }: Props) {
  const parts = text.split("`");
  // A name may have a backtick of its own: then nobody knows which of them are ours.
  if (parts.length % 2 === 0) return text;
  return parts.map((part, index) => (index % 2 === 1 ? <code key={`${index} ${part}`}>{part}</code> : part));
}
