/** Icons are drawn here, on a grid of 16, in the colour of the text; they never stand alone without a name. */

const PATHS = {
  overview: "M2.5 13.5v-5M6.2 13.5v-9M9.9 13.5v-6.5M13.5 13.5v-11",
  requests: "M2.5 4h11M2.5 8h11M2.5 12h7",
  providers: "M8 1.8 14 5v6l-6 3.2L2 11V5l6-3.2ZM2 5l6 3.2L14 5M8 8.2v6",
  key: "M10.5 9.5a4 4 0 1 0-3.8-2.7L2 11.5V14h2.5v-1.8h1.8v-1.8L8 8.8a4 4 0 0 0 2.5.7ZM11 5.2v.1",
  routing: "M4 12.5a1.5 1.5 0 1 0 0-.1M4 11V8a3 3 0 0 1 3-3h5M9.8 2.5 12.5 5 9.8 7.5M4 8V3",
  usage: "M8 1.8a6.2 6.2 0 1 0 6.2 6.2H8V1.8ZM10.5 1.9a6.2 6.2 0 0 1 3.6 3.6h-3.6V1.9Z",
  playground: "M2 3h12v8.5H7L4 14v-2.5H2V3Z",
  settings:
    "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4",
  admin: "M8 1.8 13.5 4v4c0 3-2.3 5.2-5.5 6.2C4.8 13.2 2.5 11 2.5 8V4L8 1.8ZM5.8 8l1.6 1.6 3-3.2",
  docs: "M3 2.5h7l3 3v8H3v-11ZM5.5 7h5M5.5 10h5M10 2.5v3h3",
  plus: "M8 3v10M3 8h10",
  check: "m3 8.5 3.2 3.2L13 4.8",
  cross: "m4 4 8 8M12 4l-8 8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8v-8Z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  menu: "M2 4h12M2 8h12M2 12h12",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.6 10.6 14 14",
  chevronDown: "m4 6 4 4 4-4",
  chevronRight: "m6 4 4 4-4 4",
  chevronLeft: "m10 4-4 4 4 4",
  arrowRight: "M2.5 8h11M9.5 4l4 4-4 4",
  arrowUp: "M8 13V3M4 7l4-4 4 4",
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  grip: "M6 3.5h.01M6 8h.01M6 12.5h.01M10 3.5h.01M10 8h.01M10 12.5h.01",
  warning: "M8 2 14.5 13.5h-13L8 2ZM8 6.5v3.2M8 11.6v.1",
  info: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 7.2v3.8M8 5v.1",
  clock: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 4.5V8l2.5 1.6",
  play: "M5 3v10l8-5-8-5Z",
  stop: "M4 4h8v8H4V4Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  refresh: "M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 2v3h-3",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  eye: "M1.5 8c1.7-3 3.9-4.5 6.5-4.5S12.8 5 14.5 8c-1.7 3-3.9 4.5-6.5 4.5S3.2 11 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  eyeOff: "M1.5 8c1.7-3 3.9-4.5 6.5-4.5S12.8 5 14.5 8c-1.7 3-3.9 4.5-6.5 4.5S3.2 11 1.5 8ZM3 13.5 13 2.5",
  external: "M6.5 3h-4v10.5H13v-4M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.7 6.7v4.3M9.3 6.7v4.3",
  edit: "M10.5 2.8 13.2 5.5 5.5 13.2H2.8v-2.7l7.7-7.7Z",
  user: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.5 13.8a5.6 5.6 0 0 1 11 0",
  logout: "M9.5 2.5h-7v11h7M6.5 8h7.5M11 5l3 3-3 3",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z",
  image: "M2 3h12v10H2V3ZM2 11l3.5-3.5L8.5 10.5l2-2L14 12M10.8 6v.1",
  send: "M14 2 7 9M14 2 9.8 14 7 9 2 6.2 14 2Z",
  split: "M8 2v12M2 3h12v10H2V3Z",
} as const;

export type IconName = keyof typeof PATHS;

export interface Props {
  name: IconName;
  px?: number;
}

export function Icon({ name, px = 16 }: Props) {
  return (
    <svg
      width={px}
      height={px}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={DOTS.has(name) ? 2.2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flexShrink: 0 }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

const DOTS = new Set<IconName>(["more", "grip"]);
