"""What leaves a case through the door: personal data, documents, the page behind a QR code, the case file."""

from __future__ import annotations

import pytest
from gridwitness.cases.models import ReadingRow
from gridwitness.records.models import RecordRow
from gridwitness_evidence import base64url
from sqlalchemy import select
from support.case_door import CaseDoor, DoorRefusalError, DoorStory, filed_case
from support.case_plays import COMPANY, DRIVER, play_summary
from support.devices import install_device
from support.platform import CITY, POLICE


@pytest.fixture(scope="module")
def door(cases: CaseDoor) -> CaseDoor:
    """The package's platform for cases."""
    return cases


@pytest.fixture(scope="module")
def story(door: CaseDoor) -> DoorStory:
    """A general case, filed, handed in through the door."""
    return filed_case(door)


def test_personal_data_are_shown_on_request_and_the_reading_is_recorded(
    door: CaseDoor, story: DoorStory
) -> None:
    def readings() -> list[tuple[str, bool]]:
        with door.running.platform.transaction() as session:
            rows = session.scalars(select(ReadingRow).where(ReadingRow.case_sub == story.sub)).all()
            return sorted((row.what.partition("/")[0], row.personal) for row in rows)

    first, filing = door.cast.first, story.records[2].claims.jti
    name = COMPANY["name"]
    assert isinstance(name, str)
    with door.running.platform.transaction() as session:
        effects = session.scalars(
            select(RecordRow.jti).where(RecordRow.sub == story.sub, RecordRow.kind == "state.effect.v1")
        ).all()
    for path in (f"/cases/{story.sub}", f"/records/{filing}", *(f"/records/{jti}" for jti in effects)):
        assert name not in door.get(path, first).text
        for closed in (door.grid_worker,):
            refused = door.get(path, closed, personal="true")
            assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")
    assert readings() == []
    view = door.get(f"/cases/{story.sub}", first, personal="true").json()
    assert view["parties"][0]["name"] == name
    record = door.get(f"/records/{filing}", first, personal="true").json()
    assert record["fields"]["party"]["name"] == name and record["withheld"] == []
    assert "party" in door.get(f"/records/{filing}", first).json()["withheld"]
    assert readings() == [("case", True), ("record", True)]


def test_documents_their_page_and_the_case_file(door: CaseDoor, story: DoorStory) -> None:
    first, filing = door.cast.first, story.records[2]
    body = {"statement": filing.claims.jti}
    issued = door.post(f"/cases/{story.sub}/documents", first, body)
    assert issued.status_code == 201, issued.text
    again = door.post(f"/cases/{story.sub}/documents", first, body)
    assert (again.status_code, again.json()) == (200, issued.json())
    document = issued.json()
    assert document["document"] == "filing-form"
    pdf = door.get(f"/files/{document['file']['sha256']}", first)
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert door.get(f"/cases/{story.sub}/documents", first).json()["items"] == [document]
    clue = door.post(f"/cases/{story.sub}/documents", first, {"statement": story.records[0].claims.jti})
    assert clue.status_code in (404, 409, 422) and clue.json()["code"].startswith("document")

    waiting = door.get(f"/cases/{story.sub}/file", first)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not-anchored-yet")
    digest = base64url.encode(filing.digest)
    early = door.client.get(f"/verify/{digest}")
    door.running.drain()
    page = door.client.get(f"/verify/{digest}")
    assert (early.status_code, page.status_code) == (200, 200)
    assert "已上链" in page.text and "case.step.v2" in page.text and "立案" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert all(text not in page.text for text in (str(COMPANY["name"]), story.sub, filing.claims.jti))
    unknown = door.client.get(f"/verify/{'A' * 43}")
    assert (unknown.status_code, "text/html" in unknown.headers["content-type"]) == (404, True)
    for wrong in ("A" * 42, "A" * 42 + "*", "%3Cscript%3E", "A" * 42 + "B"):
        answer = door.client.get(f"/verify/{wrong}")
        assert answer.status_code in (404, 422) and "<script" not in answer.text

    bare = door.get(f"/cases/{story.sub}/file", door.cast.auditor)
    assert bare.status_code == 200, bare.text[:500]
    whole = door.get(f"/cases/{story.sub}/file", door.cast.auditor, personal="true")
    assert bare.json()["format"] == whole.json()["format"] == "gridwitness-case/v1"
    assert len(whole.content) > len(bare.content) and bare.json()["sub"] == story.sub
    assert door.get(f"/cases/{story.sub}/file", door.grid_worker, personal="true").status_code == 403


def test_letters_of_supervision_and_their_replies(door: CaseDoor, story: DoorStory) -> None:
    auditor, first = door.cast.auditor, door.cast.first
    story.step(auditor, "supervision-opinion", auditor, facts="立案超期", details={"title": "立案期限"})
    waiting = door.get("/supervision", first, waiting="true").json()["items"]
    letter = next(item for item in waiting if item["sub"] == story.sub)
    assert (letter["letter"], letter["issued_by"], letter["overdue"]) == ("opinion", auditor.account, False)
    assert letter["reply_due_on"] is not None and letter["replied_at"] is None
    story.step(first, "supervision-reply", facts="已整改")
    assert story.sub not in [
        i["sub"] for i in door.get("/supervision", first, waiting="true").json()["items"]
    ]
    assert story.sub in [
        item["sub"] for item in door.get("/supervision", auditor, agency=CITY).json()["items"]
    ]
    assert door.get(f"/cases/{story.sub}", first).json()["letters"][0]["replied_at"] is not None
    other = story.refused(auditor, "inquiry-report", auditor, facts="终结")
    assert isinstance(other, DoorRefusalError) and (other.status, other.code) == (403, "procedure-role")


def test_decisions_are_published_without_personal_data(door: CaseDoor) -> None:
    played = play_summary(door.running, door.cast)
    number = played.view()["case"]["number"]
    answer = door.get("/publications")
    listed = {item["number"]: item for item in answer.json()["items"]}
    assert listed[number]["party"] == f"{str(DRIVER['name'])[0]}某" and listed[number]["fine"] == "100"
    assert all(str(DRIVER[name]) not in answer.text for name in ("document_number", "address", "phone"))
    assert door.get("/publications", agency=CITY, limit=1).json()["items"]
    assert door.get("/publications", agency=POLICE).json() == {"items": [], "next": None}


def test_devices_and_whether_their_records_may_be_evidence(door: CaseDoor) -> None:
    install_device(door.running, door.cast, "330106-K017")
    install_device(door.running, door.cast, "330106-K018", technical=False)
    first = door.cast.first
    good, bad = (door.get(f"/devices/330106-K01{n}", first).json() for n in (7, 8))
    assert (
        good["usable"]
        and good["lacking"] == []
        and {r["review"] for r in good["reviews"]}
        == {
            "legal",
            "technical",
        }
    )
    assert not bad["usable"] and "技术审核" in bad["lacking"][0]["zh"]
    page = door.get("/devices", first, limit=1).json()
    rest = door.get("/devices", first, cursor=page["next"]).json()
    assert [d["device"] for d in page["items"] + rest["items"]][:2] == ["330106-K017", "330106-K018"]
    assert door.get("/devices/330106-K099", first).status_code == 404
    assert door.get("/devices/330106-K017", door.party).status_code == 403
    assert door.get("/devices", door.stranger, agency=CITY).status_code == 403
