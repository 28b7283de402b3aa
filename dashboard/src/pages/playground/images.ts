import { formatBytes } from "../../format/numbers";

/** Four images of 5 MB are 27 MB as base64; the gateway takes bodies of 32 MiB. */
export const MAX_IMAGES = 4;
export const MAX_IMAGE_BYTES = 5_000_000;
export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
export const IMAGE_RULE = `PNG, JPEG, WebP or GIF, ${formatBytes(MAX_IMAGE_BYTES)} each, ${MAX_IMAGES} at most.`;

/** Data URLs of these files after those that are there, and a sentence about those that are not taken. */
export async function withImages(
  before: readonly string[],
  files: readonly File[],
): Promise<{ images: string[]; refusal: string | null }> {
  const images = [...before];
  let refusal: string | null = null;
  for (const file of files) {
    if (!IMAGE_TYPES.includes(file.type)) refusal = `${nameOf(file)} is not taken. ${IMAGE_RULE}`;
    else if (file.size > MAX_IMAGE_BYTES) {
      refusal = `${nameOf(file)} has ${formatBytes(file.size)}. ${IMAGE_RULE}`;
    } else if (images.length >= MAX_IMAGES) refusal = `${nameOf(file)} is one too many. ${IMAGE_RULE}`;
    else images.push(await dataUrlOf(file));
  }
  return { images, refusal };
}

export function filesOf(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])];
}

function nameOf(file: File): string {
  return file.name.slice(0, 60) || "The file";
}

function dataUrlOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
