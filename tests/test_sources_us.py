"""US publications are read as published: real files by their counts, small ones for every rule, damage never raises."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import date
from functools import cache
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.lists.record import Identifier, OtherName, Reading, Record
from licet.lists.sources import (
    dpl,
    ecfr,
    federal_register,
    ofac_csv,
    ofac_words,
    ofac_xml,
    us_csv,
    us_json,
)
from licet.lists.sources.citations import citations
from licet.lists.sources.entry_text import split_name, take
from shared_reference import shared

READERS = (ecfr, federal_register, dpl, ofac_csv, ofac_xml, us_json, us_csv)


@cache
def content(name: str) -> bytes:
    data = shared(f"data/{name}").read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


@cache
def reading(name: str) -> Reading:
    """What the one reader that recognises the file makes of it."""
    data, short = content(name), name.rsplit("/", 1)[-1].removesuffix(".gz")
    found = [reader for reader in READERS if reader.recognises(data[:65536], short)]
    assert len(found) == 1, f"{name}: {[r.FORMAT for r in found]}"
    return found[0].read(data, short)


def one(records: tuple[Record, ...], name: str) -> Record:
    found = [r for r in records if r.name == name]
    assert len(found) == 1, [r.name for r in found]
    return found[0]


COUNTS = {
    "entity-list/ecfr-744-supp4-asof-2023-11-21.xml.gz": (2674, "entity_list"),
    "entity-list/ecfr-744-supp4-china-universities-2026-03-30.json": (60, ""),
    "federal-register/fr-2023-03929-entity-list-additions.xml": (13, ""),
    "dpl/dpl-2019-06-29.txt": (546, "denied_persons"),
    "dpl/dpl-2022-09-07.txt": (581, "denied_persons"),
    "dpl/dpl-2023-11-30.txt": (665, "denied_persons"),
    "ofac/sdn-2019-01-04-sdn.csv.gz": (7379, "sdn"),
    "ofac/sdn-2019-01-04-alt.csv.gz": (9682, ""),
    "ofac/sdn-2019-01-04-add.csv.gz": (11696, ""),
    "ofac/sdn-2021-07-07-sdn.csv.gz": (8976, "sdn"),
    "ofac/sdn-2021-07-07-alt.csv.gz": (11910, ""),
    "ofac/sdn-2021-07-07-add.csv.gz": (13837, ""),
    "ofac/sdn-2025-12-24-alt.csv.gz": (20107, ""),
    "ofac/sdn-2025-12-24-add.csv.gz": (24244, ""),
    "ofac/sdn-2025-12-24-comments.csv": (28, ""),
    "ofac/consolidated-nonsdn-2025-12-19-prim.csv": (442, "ssi"),
    "ofac/consolidated-nonsdn-2025-12-19-alt.csv": (1073, ""),
    "ofac/consolidated-nonsdn-2025-12-19-add.csv": (574, ""),
    "ofac/consolidated-nonsdn-2025-12-19-comments.csv": (10, ""),
    "ofac/consolidated-nonsdn-2020-03-17.xml.gz": (375, "ssi"),
    "us-lists-2026-07-09/bis_meu.json": (70, "military_end_users"),
    "us-lists-2026-07-09/dow_1260h.json": (80, "1260h"),
    "us-lists-2026-07-09/dow_1286.json": (134, "1286"),
    "us-lists-2026-07-09/dhs_uflpa.json": (148, "uflpa"),
    "us-lists-2026-07-09/cbp_wro.json": (67, "wro"),
    "us-lists-2026-07-09/ofac_nscmic.json": (68, "cmic"),
    "us-lists-2026-07-09/ofac_eo14032_annex.json": (59, "eo14032"),
    "us-lists-2026-07-09/fcc_covered.json": (15, "fcc_covered"),
    "us-lists-2026-07-09/state_debarred_statutory.json.gz": (779, ""),
    "us-lists-2026-07-09/state_debarred_admin.json": (8, ""),
    "us-lists-2026-07-09/state_nonproliferation.json.gz": (528, "isn"),
    "covered-telecom/fcc-covered-list-table.csv": (16, "fcc_covered"),
    "covered-telecom/ndaa-section_889.csv": (5, "s889"),
    "covered-telecom/ndaa-section_5949.csv": (3, "s5949"),
    "covered-telecom/ndaa-section_154.csv": (6, "s154"),
    "covered-telecom/ndaa-section_1286.csv": (443, "1286"),
    "covered-telecom/dod-1260h-history.csv": (397, "1260h"),
    "covered-telecom/bis-military-intelligence-end-users.csv": (13, "mieu"),
    "covered-telecom/inksna.csv": (28, ""),
    "covered-telecom/ndaa-fr-notices.csv": (58, "us_notices"),
}
# The file really ends in "-0" where "-0-" stands elsewhere.
CUT = {"ofac/sdn-2019-01-04-add.csv.gz"}


@pytest.mark.parametrize("name", COUNTS)
def test_every_file_has_the_rows_its_publisher_counts(name: str) -> None:
    read = reading(name)
    rows, code = COUNTS[name]
    assert read.rows == rows
    assert (code in read.lists) if code else (read.lists == ())
    assert bool(read.fatal) == (name in CUT), read.fatal
    assert all(r.name and r.name == r.name.strip() for r in read.records)
    assert {r.list for r in read.records} <= set(read.lists) or not read.lists
    assert len({r.as_json() for r in read.records}) > 0 or not read.lists


def test_the_regulation_keeps_affiliates_footnotes_and_typing_errors() -> None:
    read = reading("entity-list/ecfr-744-supp4-asof-2023-11-21.xml.gz")
    parent = "Huawei Technologies Co., Ltd."
    affiliates = [r for r in read.records if r.parent == parent]
    assert len(affiliates) == 22
    assert {r.citations for r in affiliates} == {one(read.records, parent).citations}
    assert one(read.records, "Huawei Marine Networks Co., Ltd.").others[-1].name == "HMN Tech."
    # 112 rows mention it; the row of affiliates goes on with the one above.
    said = {r.line for r in read.records if "huawei" in (r.as_json()).casefold()}
    assert len(said) == 111
    assert one(read.records, "HiSilicon Optoelectronics Co., Ltd.").footnotes == ("1", "2")
    assert (
        "734.9(e)1 and 744.11 of the EAR2"
        in one(read.records, "HiSilicon Optoelectronics Co., Ltd.").requirement
    )
    assert [
        n for n, _ in ecfr.footnotes(content("entity-list/ecfr-744-supp4-asof-2023-11-21.xml.gz"))
    ] == list("1234")
    faults = [f for r in read.records for f in r.faults]
    assert sum("'88 FR 121582' has a page that no volume has" in f for f in faults) == 1
    assert sum("volume 83 is not of the year 2019" in f for f in faults) == 1
    assert read.dated == date(2023, 11, 21)
    countries = Counter(r.countries for r in read.records)
    assert all(len(c) == 1 for c in countries)
    assert countries[("CN",)] > 600 < countries[("RU",)]


def test_names_in_the_regulation_agree_with_the_bureaus_own_list_of_the_same_day() -> None:
    """The other list is in another form, so the two are read independently of each other."""
    import csv
    import io
    import re

    def plain(text: str) -> str:
        return re.sub(r"\W+", "", re.sub(r"\(.*?\)", "", text)).casefold()

    rows = csv.DictReader(
        io.StringIO(content("entity-list/bis-entity-list-2023-11-21.csv.gz").decode("utf-8-sig"))
    )
    theirs = {plain(re.split(r"Affiliated Entit(?:y|ies):", row["Name"])[-1]) for row in rows}
    ours = [r for r in reading("entity-list/ecfr-744-supp4-asof-2023-11-21.xml.gz").records if not r.parent]
    met = sum(plain(r.name) in theirs for r in ours)
    # The rest is mostly spelling: the Bureau writes some names differently in the two.
    assert met / len(ours) > 0.965


def test_a_rule_says_what_it_adds_and_from_when() -> None:
    read = reading("federal-register/fr-2023-03929-entity-list-additions.xml")
    assert read.faults == ()
    assert Counter(c for r in read.records for c in r.countries) == {
        "CA": 2,
        "CN": 5,
        "FR": 1,
        "LU": 1,
        "NL": 1,
        "RU": 3,
    }
    assert {r.notes[:3] for r in read.records} == {
        ("action: add", "effective: 2023-02-24", "document: 2023-03929")
    }
    assert {(r.published, r.effective, r.footnotes) for r in read.records} == {
        (date(2023, 2, 27), date(2023, 2, 24), ("3",))
    }
    assert [o.name for o in one(read.records, "CPUNTO Inc.").others] == ["CPUNTO"]


def test_a_rule_that_revises_and_removes() -> None:
    rule = """<RULE><PREAMB><SUBJECT>Entity List</SUBJECT><EFFDATE><P>This rule is effective March 6, 2023.</P></EFFDATE></PREAMB>
    <AMDPAR>a. Under CHINA, by revising the entry for “Alpha Works” and removing the entry for “Beta Ltd.”;</AMDPAR>
    <AMDPAR>b. Under RUSSIA, by adding an entry for “Gamma OOO”.</AMDPAR>
    <GPOTABLE><ROW><ENT>CHINA</ENT><ENT A="03">* * *</ENT></ROW>
    <ROW><ENT> </ENT><ENT>Alpha Works, 1 Road, Beijing, China.</ENT><ENT>For all items.<SU>4</SU></ENT><ENT>Denial</ENT><ENT>88 FR [INSERT FR PAGE NUMBER AND 3/6/2023].</ENT></ROW>
    </GPOTABLE><STARS/><FRDOC>[FR Doc. 2023-04558 Filed 3-2-23; 4:15 pm]</FRDOC></RULE>"""
    read = federal_register.read(rule.encode(), "rule.xml")
    assert [(r.name, r.notes[0], r.countries) for r in read.records] == [
        ("Alpha Works", "action: revise", ("CN",)),
        ("Beta Ltd.", "action: remove", ("CN",)),
        ("Gamma OOO", "action: add", ("RU",)),
    ]
    assert any("Gamma OOO" in fault and "no such entry is printed" in fault for fault in read.faults)


@pytest.mark.parametrize(
    ("lines", "name", "others", "addresses"),
    [
        (["Mvizion LLC,", "8 Street, Tashkent, Uzbekistan; and 3 Lane, Tashkent, Uzbekistan."], "Mvizion LLC", [], 2),
        (["MCES, London, United Kingdom"], "MCES", [], 1),
        (["Firm Co., Ltd., Room 1, Xi'an, China."], "Firm Co., Ltd.", [], 1),
        (["Firm, a.k.a., the following two aliases:", "—One; and", "—Two Ltd.", "9 Road, Minsk, Belarus."], "Firm", ["One", "Two Ltd."], 1),
        (["Firm, a.k.a., the following one alias: —AMMS. 27 Taiping Road, Beijing, China."], "Firm", ["AMMS"], 1),
        (["Neft (a.k.a. Neft OAO; f.k.a. Sibneft OAO)", "Address: 5 ul, Moscow, Russia"], "Neft", ["Neft OAO", "Sibneft OAO"], 1),
        (["Lim Nam, (a.k.a., Lin Ran and Steven Lim), 7 Road, Singapore"], "Lim Nam", ["Lin Ran", "Steven Lim"], 1),
        (["Trade Limited, f.k.a., TNK Limited. Elenion Building, Nicosia, Cyprus."], "Trade Limited", ["TNK Limited"], 1),
    ],
)  # fmt: skip
def test_an_entry_is_taken_apart(lines: list[str], name: str, others: list[str], addresses: int) -> None:
    (entry,) = take(lines).entries
    assert (entry.name, [o.name for o in entry.others], len(entry.addresses)) == (name, others, addresses)
    assert entry.faults == ()


def test_subordinates_share_addresses_and_a_wrong_number_of_aliases_is_said() -> None:
    taken = take(
        [
            "Institute, a.k.a., the following two aliases, and one subordinate institution:",
            "—Only One.",
            "Subordinate institution",
            "Sun Corporation.",
            "The following addresses apply to the entity and the one subordinate institution:",
            "1 Road, Nanjing, China; and 2 Road, Nanjing, China.",
        ]
    )
    assert [(e.name, e.subordinate, len(e.addresses)) for e in taken.entries] == [
        ("Institute", False, 2),
        ("Sun Corporation", True, 2),
    ]
    assert taken.entries[0].faults == ("aliases: 2 are announced, 1 follow",)


def test_a_name_ends_where_its_address_begins() -> None:
    assert split_name("Tactical Corp., Joint Stock Company Avangard, 78 Street, Safonovo")[0] == (
        "Tactical Corp., Joint Stock Company Avangard"
    )
    assert (
        split_name("Academy, Institute of Toxicology, 27 Road, Beijing")[0]
        == "Academy, Institute of Toxicology"
    )


def test_citations_are_checked_and_not_mended() -> None:
    good, day, faults = citations("84 FR 22963, 5/21/19. 85 FR 29853, 5/19/20.", "here")
    assert (good, day, faults) == (("84 FR 22963, 5/21/19", "85 FR 29853, 5/19/20"), date(2019, 5, 21), ())
    assert "page that no volume has" in citations("88 FR 121582/27/23.", "line 7")[2][0]
    assert citations("83 FR 61541, 11/13/19", "x")[1] is None


def test_denied_persons_say_what_ended_and_what_year_cannot_be() -> None:
    header = "Name\tStreet_Address\tCity\tState\tCountry\tPostal_Code\tEffective_Date\tExpiration_Date\tStandard_Order\tLast_Update\tAction\tFR_Citation\n"
    data = (
        header
        + '"A FIRM D/B/A BEE"\t"1 ROAD"\t"PARIS"\t""\t"FR"\t""\t"01/02/2010"\t"01/02/2015"\t"Y"\t"2016-05-01"\t"ADDED"\t"75 F.R. 1 1/5/10"\n'
        + '"B"\t"2 ROAD"\t"EL PASO"\t"TX"\t""\t"79905"\t"01/02/2010"\t""\t"N"\t"3017-08-22"\t""\t"75 F.R. 1 1/5/10"\n'
    )
    read = dpl.read(data.encode(), "dpl.txt")
    assert (read.rows, read.dated, read.fatal) == (2, date(2016, 5, 1), ())
    first, second = read.records
    assert (first.name, first.others, first.countries) == ("A FIRM", (OtherName("BEE"),), ("FR",))
    assert any("ended on 2015-01-02 and is still listed" in fault for fault in first.faults)
    assert any("impossible year 3017" in fault for fault in second.faults)
    assert (second.countries, second.notes) == (("US",), ("not a standard order",))
    assert "still listed" in read.faults[0]


@pytest.mark.parametrize(("name", "year"), [("2019-06-29", 3017), ("2022-09-07", 3017), ("2023-11-30", 3033)])
def test_impossible_years_in_the_real_denied_persons_list(name: str, year: int) -> None:
    read = reading(f"dpl/dpl-{name}.txt")
    assert sum(f"impossible year {year}" in f for r in read.records for f in r.faults) == 1
    assert read.dated is not None
    assert read.dated <= date.fromisoformat(name)


def test_ofac_parts_join_into_whole_entries() -> None:
    base = "ofac/sdn-2021-07-07-{}.csv.gz"
    read = ofac_csv.join(*(content(base.format(part)) for part in ("sdn", "alt", "add")))
    assert (read.rows, read.fatal, read.faults) == (8976, (), ())
    assert Counter(r.kind for r in read.records) == {
        "person": 4620,
        "organisation": 3673,
        "vessel": 406,
        "aircraft": 277,
    }
    arnica = one(read.records, "ARNICA")
    assert Identifier("imo", "9187643") in arnica.identifiers
    assert arnica.countries == ("IR",)
    assert arnica.published_id == "15039"
    assert one(read.records, "BANCO NACIONAL DE CUBA").others[0] == OtherName("NATIONAL BANK OF CUBA")
    assert sum(len(r.addresses) for r in read.records) > 11_000
    born = [r for r in read.records if r.kind == "person" and r.birth]
    assert len(born) > 3_000
    assert all(i.value for r in read.records for i in r.identifiers)


def test_a_part_cut_in_its_last_mark_is_told_when_joined_and_refused_alone() -> None:
    base = "ofac/sdn-2019-01-04-{}.csv.gz"
    read = ofac_csv.join(*(content(base.format(part)) for part in ("sdn", "alt", "add")))
    assert read.fatal == ()
    assert any("add: line 11696, column 'remarks'" in fault for fault in read.faults)
    assert any("main: the mark 0x1A" in fault for fault in read.faults)
    short = ofac_csv.join(content(base.format("sdn")), add=content(base.format("add"))[:-5000])
    assert "add: the file breaks off" in short.fatal[0] or "add: line" in short.fatal[0]


def test_the_other_lists_of_ofac_are_told_apart() -> None:
    base = "ofac/consolidated-nonsdn-2025-12-19-{}.csv"
    parts = (content(base.format(part)) for part in ("prim", "alt", "add", "comments"))
    read = ofac_csv.join(*parts, name="consolidated-nonsdn-2025-12-19-prim.csv")
    assert read.rows == 442
    assert read.fatal == ()
    counts = Counter(r.list for r in read.records)
    assert (counts["plc"], counts["cmic"]) == (78, 68)
    assert counts["ssi"] == 286
    # An entry on two lists stands on both.
    assert {r.list for r in read.records if r.name == "VTB BANK PUBLIC JOINT STOCK COMPANY"} >= {"ssi"}


def test_remarks_are_read_by_kind() -> None:
    found = ofac_words.remarks(
        "DOB 14 Jun 1975; alt. DOB 1976; POB Leningrad, Russia; nationality Russia; Gender Male; "
        "Passport 717637093 (Russia) issued 26 May 1999 expires 25 May 2004; NIT # 800146749-7 (Colombia); "
        "Vessel Registration Identification IMO 9187629; a.k.a. 'BNC'; f.k.a. 'OLD'; Linked To: USA REALLY."
    )
    assert found.birth == ("14 Jun 1975", "1976")
    assert found.countries == ("RU",)
    assert found.identifiers == (
        Identifier("passport", "717637093"),
        Identifier("nit", "800146749-7"),
        Identifier("imo", "9187629"),
    )
    assert found.others == (OtherName("BNC", "weak"), OtherName("OLD", "former"))
    assert found.related == ("USA REALLY",)
    assert found.notes == ("POB Leningrad, Russia", "Gender Male")


def test_ofac_xml_says_its_day_and_counts_its_records() -> None:
    read = reading("ofac/consolidated-nonsdn-2020-03-17.xml.gz")
    assert read.dated == date(2020, 3, 17)
    assert Counter(o.kind for r in read.records for o in r.others)["former"] == 84
    old = ofac_xml.read(content("csl/legacy-feed-samples-2018/sdn__sdn.xml"), "sdn.xml")
    assert "Record_Count is 5704, but 4 entries" in old.fatal[0]
    assert Identifier("imo", "9051648") in one(old.records, "PARSHAN").identifiers


def test_things_are_never_companies() -> None:
    table = reading("covered-telecom/fcc-covered-list-table.csv")
    things = [r for r in table.records if r.kind == "thing"]
    assert [r.name for r in things] == [
        "Uncrewed aircraft systems (UAS) and UAS critical components produced in a foreign country",
        "Routers produced in a foreign country",
        "Foreign-produced power inverters",
        "Foreign-produced advanced robotic devices",
    ]
    assert things[0].effective == date(2025, 12, 22)
    assert things[0].notes[1:] == (
        "updated: 2026-01-07",
        "updated: 2026-03-18",
        "updated: 2026-06-15",
        "updated: 2026-07-21",
    )
    assert one(table.records, "ComNet (USA) LLC").parent == "Pacific Networks Corp"
    again = reading("us-lists-2026-07-09/fcc_covered.json")
    assert sum(r.kind == "thing" for r in again.records) == 2
    assert sum(r.kind == "thing" for r in reading("us-lists-2026-07-09/dow_1286.json").records) == 6
    assert {r.kind for r in reading("covered-telecom/ndaa-fr-notices.csv").records} == {"thing"}


def test_small_lists_keep_dates_kinds_and_endings() -> None:
    history = reading("covered-telecom/dod-1260h-history.csv").records
    assert any(r.ends for r in history)
    assert all(r.effective for r in history)
    assert {r.effective for r in reading("covered-telecom/ndaa-section_154.csv").records} == {
        date(2027, 10, 1)
    }
    cmic = reading("us-lists-2026-07-09/ofac_nscmic.json").records
    assert (
        Identifier("uscc", "91110000MA005UCQ5P")
        in one(cmic, "China Aviation Engine Group Co., Ltd").identifiers
    )
    assert any(o.kind == "script" for r in cmic for o in r.others)
    state = reading("us-lists-2026-07-09/state_nonproliferation.json.gz")
    assert one(state.records, "Government of North Korea").ends is None
    assert one(state.records, "Asia-Invest LLC").ends == date(2023, 7, 29)
    assert "entries ended before 2026-07-09" in state.faults[0]
    debarred = reading("us-lists-2026-07-09/state_debarred_statutory.json.gz").records
    assert one(debarred, "Acety, Edwin").birth == ("November, 1975",)
    wro = reading("us-lists-2026-07-09/cbp_wro.json").records
    assert one(wro, "Zhen Fa 7").kind == "vessel"
    assert one(wro, "Baoding LYSZD Trade and Business Co., Ltd.").published_name.startswith("Yili Zhuowan")


CUTTABLE = [
    "entity-list/ecfr-744-supp4-asof-2023-11-21.xml.gz",
    "federal-register/fr-2023-03929-entity-list-additions.xml",
    "dpl/dpl-2023-11-30.txt",
    "ofac/sdn-2021-07-07-sdn.csv.gz",
    "ofac/consolidated-nonsdn-2020-03-17.xml.gz",
    "us-lists-2026-07-09/state_nonproliferation.json.gz",
    "covered-telecom/ndaa-section_1286.csv",
]


@pytest.mark.parametrize("name", CUTTABLE)
@pytest.mark.parametrize("share", [0.5, 0.97])
def test_a_file_cut_in_the_middle_is_refused_and_names_the_place(name: str, share: float) -> None:
    data = content(name)
    whole = reading(name)
    reader = next(r for r in READERS if whole.format == r.FORMAT)
    at = int(len(data) * share)
    # Not at the end of a row, where a file without a count or an end cannot tell.
    while data[at - 1 : at] in (b"\n", b'"', b">") or data[at : at + 1] in (b"\n", b"\r"):
        at -= 1
    cut = reader.read(data[:at], name.rsplit("/", 1)[-1].removesuffix(".gz"))
    assert cut.fatal
    assert any("line" in fault for fault in cut.fatal), cut.fatal
    assert cut.rows <= whole.rows


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.FORMAT)
@pytest.mark.parametrize(
    "data", [b"", b" \n", b"\x1a", b"\xff\xfe\x00", b"{", b"<", b"{}", b"[]", b"<a/>", b"1,2"]
)
def test_nothing_is_no_list(reader: object, data: bytes) -> None:
    module = import_module(reader.__name__)  # type: ignore[attr-defined]
    read = module.read(data, "x")
    assert read.fatal
    assert read.records == ()


SEEDS = [
    b'<DIV9><HEAD>Entity List</HEAD><TABLE><TR><TD>CHINA</TD><TD>A, a.k.a., the following one alias:<br/>\xe2\x80\x94B. 1 Road, China</TD><TD>All<sup>4</sup></TD><TD>Denial</TD><TD>84 FR 1, 5/21/19.</TD></TR></TABLE></DIV9>',
    b'<RULE>Entity List<AMDPAR>Under CHINA, by adding "A B"</AMDPAR><GPOTABLE><ROW><ENT>CHINA</ENT><ENT>A B, China</ENT><ENT>x</ENT></ROW></GPOTABLE></RULE>',
    b"Name\tStandard_Order\tFR_Citation\tExpiration_Date\tLast_Update\nA A/K/A B\tY\t75 F.R. 1 1/5/10\t01/02/2015\t2016-05-01\n",
    b'36,"A B",-0- ,"CUBA] [SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 1946; a.k.a. \'X\'; Passport 1 (Iran)."\r\n\x1a',
    b'36,12,"aka","A",-0- \n',
    b'<sdnList><publshInformation><Publish_Date>07/16/2014</Publish_Date><Record_Count>1</Record_Count></publshInformation><sdnEntry><lastName>A</lastName><remarks>x</remarks></sdnEntry></sdnList>',
    b'{"list_id": "cbp-wro", "extracted": "2026-07-09", "count": 1, "entities": [{"name": "A Ltd. and B", "aliases": ["\xe4\xb8\xad"], "notes": "status: Expired on 02/13/05"}]}',
    b"covered_equipment_or_services,date_of_inclusion_on_covered_list\n\"Equipment produced by A, including x.\",\"March 12, 2021\"\n",
    b"schema,name,aliases,program,report-date,start-date,end-date,country,notes,source_url\nCompany,A,B; C,Section 889,2022,2020-01-01,,China,,\n",
    b'{"generatedAt": "2026-03-30", "entries": [{"name": "A", "raw": "A, a.k.a., the following one alias: \xe2\x80\x94B. 1 Road, China."}]}',
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_a_reader_raise(data: bytes) -> None:
    for reader in READERS:
        reader.recognises(data, "x")
        assert isinstance(reader.read(data, "x"), Reading)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 10_000), st.integers(0, 60), st.binary(max_size=30))
def test_no_damage_makes_a_reader_raise(seed: bytes, at: int, gone: int, put: bytes) -> None:
    at %= len(seed) + 1
    damaged = seed[:at] + put + seed[at + gone :]
    for reader in READERS:
        reader.recognises(damaged, "cons.xml")
        read = reader.read(damaged, "cons.xml")
        assert all(isinstance(r.name, str) and r.digest for r in read.records)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
        | st.sampled_from(
            [
                "Subordinate institution",
                "Affiliated entities:",
                "a.k.a., the following two aliases:",
                "—",
                "—A; and",
                "(a.k.a. ",
                "The following X entities:",
                "The following addresses apply to all:",
                "; and the following two subordinate entities:",
                "f.k.a., ",
                "A subordinate institution: ",
            ]
        ),
        max_size=8,
    )
)
def test_no_text_of_an_entry_breaks_it(lines: list[str]) -> None:
    taken = take(lines)
    assert all(isinstance(e.name, str) for e in taken.entries)


def test_entities_in_xml_are_not_resolved() -> None:
    bomb = b'<!DOCTYPE sdnList [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sdnList><sdnEntry><lastName>X &b;</lastName></sdnEntry></sdnList>'
    read = ofac_xml.read(bomb, "sdn.xml")
    assert "aaaa" not in read.records[0].name
    outside = b'<!DOCTYPE sdnList [<!ENTITY f SYSTEM "file:///etc/hostname">]><sdnList><sdnEntry><lastName>X&f;</lastName></sdnEntry></sdnList>'
    assert ofac_xml.read(outside, "sdn.xml").records[0].name.startswith("X")


def test_xml_that_is_whole_but_not_well_formed_is_read_and_said() -> None:
    read = ofac_xml.read(b"<sdnList><sdnEntry><lastName>A & B</lastName></sdnEntry></sdnList>", "sdn.xml")
    assert read.fatal == ()
    assert "not well-formed XML" in read.faults[0]
    assert len(read.records) == 1
