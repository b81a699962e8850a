"""What the database says its tables are: the manifest, and what stands in a table's place."""

from __future__ import annotations

import json
from typing import Any

from support.attack import DATABASE, SERVICE, Judge, attack
from support.attack_target import Target
from support.platform import CITY


@attack(
    "a column that no manifest declares",
    "新增清单之外的列",
    by=DATABASE,
    found="manifest:undeclared-column",
    exit_code=1,
    located="table column",
)
def test_column_beside_the_manifest(target: Target, judge: Judge) -> None:
    target.tamper("ALTER TABLE members.account ADD COLUMN remarks text")
    judge(target.audit(), manifest={"table": "members.account", "column": "remarks"})


@attack(
    "a table that no manifest declares, in a schema the auditor was given no right to",
    "在审计无权访问的模式中另设未声明的表",
    by=DATABASE,
    found="manifest:undeclared-table",
    exit_code=1,
    located="table",
)
def test_table_beside_the_manifest(target: Target, judge: Judge) -> None:
    target.tamper("CREATE SCHEMA attic")
    target.tamper("CREATE TABLE attic.ledger (id integer)")
    judge(target.audit(), manifest={"table": "attic.ledger"})


def later_manifest(target: Target, change) -> str:
    """A second revision of the manifest of `members`, changed, signed and anchored; gives its `jti`."""
    query = "SELECT jti FROM records.record WHERE kind = 'deployment.manifest.v1'"
    manifests = [target.record(str(row["jti"])) for row in target.rows(query)]
    record = next(manifest for manifest in manifests if manifest.fields["feature"] == "members")
    tables = json.loads(json.dumps(record.fields["tables"]))
    change(tables)
    fields = {"feature": "members", "revision": 2, "tables": tables}
    key = target.platform.keystore.service_key(CITY)
    acceptance = target.platform.acceptance
    with target.platform.transaction() as session:
        submission = acceptance.sign_own(
            session,
            target.running.log(),
            "deployment.manifest.v1",
            record.claims.sub,
            fields,
            key=key,
            iss=CITY,
        )
        outcome = acceptance.accept_one(session, submission, internal=True)
    target.running.drain()
    assert outcome.record is not None
    return outcome.record.claims.jti


@attack(
    "a later manifest without the embarrassing column",
    "后一版数据清单去掉难堪的列",
    by=SERVICE,
    found="manifest:class-changed",
    exit_code=1,
    located="log index jti table column",
)
def test_manifest_without_a_column(target: Target, judge: Judge) -> None:
    def change(tables: dict[str, Any]) -> None:
        del tables["members.signing_key"]["columns"]["compromised_since"]

    jti = later_manifest(target, change)
    place = {
        "log": CITY,
        "index": target.size,
        "jti": jti,
        "table": "members.signing_key",
        "column": "compromised_since",
    }
    judge(target.audit(), manifest=place)


@attack(
    "a later manifest that calls a new column operational",
    "后一版数据清单把新列称作运行类",
    by=SERVICE,
    helped_by=DATABASE,
    found="manifest:operational-not-listed",
    exit_code=1,
    located="table column",
)
def test_manifest_with_an_operational_column(target: Target, judge: Judge) -> None:
    target.tamper("ALTER TABLE members.account ADD COLUMN remarks text")

    def change(tables: dict[str, Any]) -> None:
        tables["members.account"]["columns"]["remarks"] = "operational"

    later_manifest(target, change)
    judge(target.audit(), manifest={"table": "members.account", "column": "remarks"})


@attack(
    "a view in a table's place",
    "以视图顶替表",
    by=DATABASE,
    found="database:not-a-table manifest:undeclared-table rows::not-evaluated",
    exit_code=1,
    located="table",
)
def test_view_in_a_tables_place(target: Target, judge: Judge) -> None:
    target.tamper("ALTER TABLE members.account RENAME TO real_account")
    target.tamper(
        "CREATE VIEW members.account AS SELECT * FROM members.real_account WHERE username <> 'gone'"
    )
    target.tamper("GRANT SELECT ON members.account TO gridwitness_auditor")
    judge(
        target.audit(),
        database={"table": "members.account"},
        manifest={"table": "members.real_account"},
    )


@attack(
    "a view in the place of the records",
    "以视图顶替记录表",
    by=DATABASE,
    found="database:not-a-table entries::not-evaluated",
    exit_code=1,
    located="table",
)
def test_view_in_the_place_of_records(target: Target, judge: Judge) -> None:
    target.tamper("ALTER TABLE records.record RENAME TO real_record")
    target.tamper(
        "CREATE VIEW records.record AS SELECT * FROM records.real_record WHERE kind <> 'key.revoked.v1'"
    )
    judge(target.audit(), database={"table": "records.record"})


@attack(
    "a rewrite rule on a table",
    "在表上设改写规则",
    by=DATABASE,
    found="database:rule",
    exit_code=1,
    located="table",
)
def test_rule_on_a_table(target: Target, judge: Judge) -> None:
    target.tamper("CREATE RULE keep AS ON DELETE TO members.role DO INSTEAD NOTHING")
    judge(target.audit(), database={"table": "members.role"})


@attack(
    "row-level security against the auditor",
    "以行级安全对审计隐藏数据行",
    by=DATABASE,
    found="database:row-security rows::not-evaluated",
    exit_code=1,
    located="table",
)
def test_row_level_security(target: Target, judge: Judge) -> None:
    target.tamper("ALTER TABLE members.account ENABLE ROW LEVEL SECURITY")
    target.tamper("CREATE POLICY hide ON members.account TO gridwitness_auditor USING (username <> 'gone')")
    judge(target.audit(), database={"table": "members.account"})


@attack(
    "row-level security over the records",
    "以行级安全隐藏记录",
    by=DATABASE,
    found="database:row-security entries::not-evaluated",
    exit_code=1,
    located="table",
)
def test_row_level_security_over_the_records(target: Target, judge: Judge) -> None:
    target.tamper("ALTER TABLE records.record ENABLE ROW LEVEL SECURITY")
    target.tamper(
        "CREATE POLICY hide ON records.record TO gridwitness_auditor USING (kind <> 'key.revoked.v1')"
    )
    judge(target.audit(), database={"table": "records.record"})


@attack(
    "rows brought in by a table that inherits from another",
    "以继承表并入数据行",
    by=DATABASE,
    found="database:inheritance manifest:undeclared-table",
    exit_code=1,
    located="table",
)
def test_inheritance(target: Target, judge: Judge) -> None:
    target.tamper("CREATE TABLE members.more () INHERITS (members.role)")
    judge(target.audit(), database={"table": "members.role"}, manifest={"table": "members.more"})


@attack(
    "settings of the auditor's role that change what a query means",
    "改动审计角色的设置以曲解查询",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table column",
)
def test_settings_of_the_auditors_role(target: Target, judge: Judge) -> None:
    """A shadowing function, another search path, another encoding: the report stays what it would be."""
    account = target.story.zhang.account
    target.tamper("UPDATE members.account SET username = 'wang' WHERE id = %s", account)
    target.tamper(
        "CREATE FUNCTION members.left(text, integer) RETURNS text LANGUAGE sql AS $$SELECT 'zhang'::text$$"
    )
    with target.auditor_settings(
        search_path="members, pg_catalog", client_encoding="SQL_ASCII", datestyle="German"
    ):
        judge(target.audit(), rows={"table": "members.account", "column": "username"})
