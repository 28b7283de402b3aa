export function PriceBook() {
  return null;
}
