"""Names in any script have Latin readings."""

from __future__ import annotations

import csv
import gzip
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.screening import han
from licet.screening.lexicon import words
from licet.screening.scripts import latin, script_of
from shared_reference import shared


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("华为技术有限公司", "huawei technology co ltd"),
        ("華為技術有限公司", "huawei technology co ltd"),
        ("中芯國際集成電路製造(上海)有限公司", "smic shanghai co ltd"),
        ("哈尔滨工业大学", "harbin institute of technology"),
        (
            "中国电子科技集团公司第五十四研究所",
            "china electronics technology group corporation 54 research institute",
        ),
        ("深圳市海思半导体有限公司", "shenzhen hisilicon semiconductor co ltd"),
        ("王小明", "wang xiaoming"),
        ("欧阳锋", "ouyang feng"),
        ("トヨタ自動車株式会社", "toyota motor co ltd"),
        ("三菱重工業株式会社", "mitsubishi heavy industries co ltd"),
        ("田中太郎", "tanaka taro"),
        ("삼성전자 주식회사", "samsung electronics jusik hoesa"),
        ("김정은", "kim jong un"),
        ("Сбербанк России", "sberbank rossii"),
        ("Дмитрий", "dmitry"),
        ("Щербаков Юрий", "shcherbakov iurii"),
        ("Володимир Зеленський", "volodymyr zelensky"),
        ("Мирослав Шкрињарић", "miroslav skrinjaric"),
        ("محمد جواد ظریف", "muhammad jawad zarif"),
        ("حسین موسوی", "hossein mousavi"),
        ("Αθήνα", "athina"),
        ("საქართველო", "sakartvelo"),
        ("Հայաստան", "hayastan"),
        ("भारत", "bharat"),
        ("บริษัท", "borisat"),
        ("Müller", "mueller"),
        ("Huawei", "huawei"),
    ],
)
def test_a_usual_reading_is_among_the_readings(name: str, reading: str) -> None:
    assert reading in latin(name)


def test_the_likeliest_reading_is_first() -> None:
    assert latin("华为技术有限公司")[0] == "huawei technology co ltd"
    assert latin("Müller")[0] == "muller"


def test_two_scripts_in_one_name_are_both_read() -> None:
    assert latin("ZTE中兴通讯")[0] == "zte"
    assert latin("ООО Huawei")[0] == "ooo huawei"


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("北京神州天鸿科技有限公司", ("北京", "神州天鸿", "科技", "有限公司")),
        ("北京和德宇航技术有限公司", ("北京", "和德", "宇航", "技术", "有限公司")),
        ("电子和信息", ("电子", "和", "信息")),
        ("第三研究院一五九厂", ("第", "三", "研究院", "一五九", "厂")),
    ],
)
def test_a_name_is_cut_where_it_is_known(name: str, pieces: tuple[str, ...]) -> None:
    assert tuple(piece.text for piece in han.cut(name, han.chinese())) == pieces


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("五十四", 54),
        ("五四", 54),
        ("七七一", 771),
        ("十", 10),
        ("一百零八", 108),
        ("", None),
        ("五院", None),
    ],
)
def test_numbers_in_characters(text: str, value: int | None) -> None:
    assert han.number(text, han.chinese()) == value


def test_the_vocabulary_is_large() -> None:
    kinds = [piece.kind for piece in han.chinese().pieces.values()]
    assert kinds.count("word") >= 400
    assert kinds.count("place") >= 300


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_has_readings_and_the_same_ones_again(text: str) -> None:
    readings = latin(text)
    assert 1 <= len(readings) <= 6
    latin.cache_clear()
    assert latin(text) == readings


@given(
    st.text(alphabet="中国航天科技集团第五十四研究所北京华为和的厂院一二三王李小明ー々カナ김이", max_size=80)
)
@settings(max_examples=300)
def test_any_row_of_characters_is_read_as_latin_letters(text: str) -> None:
    for reading in latin(text):
        assert all(script_of(letter) in ("latin", "") for letter in reading), reading


def test_endless_rows_of_figures_are_read() -> None:
    assert latin("三" * 6000 + "所")
    assert latin("第" + "九" * 6000 + "所")


def _pairs() -> list[tuple[list[str], set[str]]]:
    """Chinese and Latin names of the same firms, from a list whose names are in no table of ours."""
    found = []
    path = shared("data/foreign-lists/eu-833-2014-annexes-2026-08.csv.gz")
    for row in csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8"))):
        names = [n.strip() for key in ("name", "alias", "weakAlias") for n in (row.get(key) or "").split(";")]
        chinese = [n for n in names if re.search("[\u4e00-\u9fff]", n)]
        plain = [n for n in names if n and n.isascii()]
        if chinese and plain:
            found.append((chinese, {word for name in plain for word in words(name)}))
    return found


def test_unseen_chinese_names_share_words_with_their_english_ones() -> None:
    """Half of these firms go by an English brand of another sound: the rest of the name must still meet."""
    pairs = _pairs()
    assert len(pairs) > 50
    shared_words = [
        len({word for name in chinese for reading in latin(name) for word in words(reading)} & plain)
        for chinese, plain in pairs
    ]
    assert sum(count >= 3 for count in shared_words) / len(pairs) > 0.8
