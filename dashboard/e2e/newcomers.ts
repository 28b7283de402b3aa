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

/** Sign-ups are limited to ten a minute and address: where others were faster, it waits as long as it is told to. */
export async function signUpSomebody(name: string): Promise<Newcomer> {
  const email = anAddress(name);
  for (;;) {
    const account = { email, password: PASSWORD };
    const reply = await axios.post(`${readBackend().base_url}/auth/signup`, account, { validateStatus: () => true });
    if (reply.status === 201) {
      const { user, workspace, token } = reply.data.data;
      return { id: user.id, email, password: PASSWORD, workspaceId: workspace.id, token };
    }
    if (reply.status !== 429) throw new Error(`signing up ${email}: ${reply.status} ${reply.data.error}`);
    await new Promise((done) => setTimeout(done, Number(reply.headers["retry-after"]) * 1000));
  }
}

let passerBy: Promise<Newcomer> | undefined;

/** One for all tests that only need somebody who is signed in: nobody changes what is theirs. */
export function somebodyElse(): Promise<Newcomer> {
  passerBy ??= signUpSomebody("passer-by");
  return passerBy;
}

export function anAddress(name: string): string {
  return `${name}-${Date.now().toString(36)}@newcomers.example`;
}
