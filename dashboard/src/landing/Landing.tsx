export function Landing() {
  return <main>Perpetuo</main>;
}
