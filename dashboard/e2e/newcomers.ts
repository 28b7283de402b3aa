import axios from "axios";
import { readBackend } from "./backend";

/** Somebody whom only one test knows: it may change their password, end their sessions and delete their workspace. */
export interface Newcomer {
  id: string;
  email: string;
  password: string;
  workspaceId: string;
  /** Of the session that their signing up began. */
  token: string;
}

export const PASSWORD = "seven boats on a quiet lake";

export async function signUpSomebody(name: string): Promise<Newcomer> {
  const email = anAddress(name);
  const reply = await axios.post(`${readBackend().base_url}/auth/signup`, { email, password: PASSWORD });
  const { user, workspace, token } = reply.data.data;
  return { id: user.id, email, password: PASSWORD, workspaceId: workspace.id, token };
}

export function anAddress(name: string): string {
  return `${name}-${Date.now().toString(36)}@newcomers.example`;
}
