import { useSession } from "../../app/SessionContext";
import { IconButton } from "../../components/Button";
import { Badge } from "../../components/Notice";
import { type Column, Table } from "../../components/Table";
import { Time } from "../../components/Values";
import { colour, size, space, weight } from "../../theme";
import type { Member } from "./MembersTab";
import { mayGrant } from "./roles";

export interface Props {
  rows: readonly Member[];
  mayWrite: boolean;
  onRole(member: Member): void;
  onRemove(member: Member): void;
}

export function MemberTable({ rows, mayWrite, onRole, onRemove }: Props) {
  const { user, workspace } = useSession();
  const columns: Column<Member>[] = [
    {
      title: "Member",
      cell: (member) => (
        <div style={{ minWidth: 140 }}>
          <div style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>
            {member.name || member.email}
            {member.user_id === user.id && (
              <span style={{ color: colour.textMuted, fontWeight: weight.normal }}> (you)</span>
            )}
          </div>
          {member.name && (
            <div style={{ color: colour.textMuted, fontSize: size.s, overflowWrap: "anywhere" }}>{member.email}</div>
          )}
        </div>
      ),
    },
    {
      title: "Role",
      cell: (member) => (
        <span style={{ display: "inline-flex", gap: space.s, flexWrap: "wrap" }}>
          {member.role}
          {member.suspended && <Badge tone="warn">suspended</Badge>}
        </span>
      ),
    },
    { title: "Joined", notOnPhones: true, cell: (member) => <Time at={member.joined_at} relative /> },
  ];
  if (mayWrite) {
    columns.push({
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (member) =>
        mayGrant(workspace.role, member.role) && (
          <span style={{ display: "inline-flex" }}>
            <IconButton icon="edit" label={`Change the role of ${member.email}`} onClick={() => onRole(member)} />
            {member.user_id !== user.id && (
              <IconButton icon="trash" label={`Remove ${member.email}`} onClick={() => onRemove(member)} />
            )}
          </span>
        ),
    });
  }
  return <Table caption="Members" columns={columns} rows={rows} rowKey={(member) => member.user_id} />;
}
