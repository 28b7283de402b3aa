import axios, { AxiosError } from "axios";
import { apiError } from "../../api/client";
import { endSession, renewedToken, tokenOf } from "../../api/session";

export type ExportFormat = "csv" | "jsonl";

export interface ExportAsked {
  workspaceId: string;
  query: Record<string, unknown>;
  format: ExportFormat;
  signal: AbortSignal;
  /** Bytes that have come so far; how many there will be nobody knows. */
  onProgress(loadedBytes: number): void;
}

/**
 * The whole file of what matches, as the server streams it.
 *
 * Throws ApiError with the server's sentence; a connection that closes early throws too, so that no half file is taken
 * for a whole one.
 */
export async function fetchExport(asked: ExportAsked): Promise<Blob> {
  const ask = (token: string | null) =>
    axios.get<Blob>(`/workspaces/${encodeURIComponent(asked.workspaceId)}/logs/export`, {
      params: { ...asked.query, format: asked.format },
      responseType: "blob",
      signal: asked.signal,
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      onDownloadProgress: (event) => asked.onProgress(event.loaded),
    });
  const token = tokenOf(asked.workspaceId);
  try {
    try {
      return (await ask(token)).data;
    } catch (error) {
      if (!(error instanceof AxiosError) || error.response?.status !== 401) throw error;
      const renewed = await renewedToken(asked.workspaceId, token);
      if (renewed === null) {
        endSession();
        throw error;
      }
      return (await ask(renewed)).data;
    }
  } catch (error) {
    throw apiError(await withReadableBody(error));
  }
}

/** An error's body came as a blob as well; its sentence is inside. */
async function withReadableBody(error: unknown): Promise<unknown> {
  if (!(error instanceof AxiosError) || !(error.response?.data instanceof Blob)) return error;
  try {
    error.response.data = JSON.parse(await error.response.data.text());
  } catch {
    error.response.data = undefined;
  }
  return error;
}

/** Hands the file to the browser, which asks where it should go or puts it among the downloads. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download holds the blob by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
