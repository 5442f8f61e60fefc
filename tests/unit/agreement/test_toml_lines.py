"""Every key of a TOML text is found where it stands."""

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.toml_lines import Path, dotted, locate
from support.orders import AGREEMENTS

TEXT = '''\
# a comment with [brackets] and = signs
a = 1
b.c = "x # not a comment"
"quoted key" = 2018-01-01 10:00:00
[table] # comment
list = [ 1, # one
  "two, [", { deep = true, 'k' = 2 },
]
long = """
[not.a.table]
x = 1 \\""" """"
[[rows]]
n = 1
[[rows]]
n = 2
[rows.inner]
m = 3
[[rows.more]]
z = """a"""
'''


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Every key and element of a document."""
    if path:
        yield path
    items: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for step, inside in items:
        yield from paths(inside, (*path, step))


def test_keys_stand_where_they_are_written() -> None:
    places = locate(TEXT)
    assert places["a",] == (2, 1)
    assert places["b", "c"] == (3, 1)
    assert places["quoted key",] == (4, 1)
    assert places["table",] == (5, 1)
    assert places["table", "list"] == (6, 1)
    assert places["table", "list", 0] == (6, 10)
    assert places["table", "list", 1] == (7, 3)
    assert places["table", "list", 2, "deep"] == (7, 15)
    assert places["table", "list", 2, "k"] == (7, 28)
    assert places["table", "long"] == (9, 1)
    assert places["rows", 0, "n"] == (13, 1)
    assert places["rows", 1, "n"] == (15, 1)
    assert places["rows", 1, "inner", "m"] == (17, 1)
    assert places["rows", 1, "more", 0, "z"] == (19, 1)


def test_nothing_of_a_document_is_left_without_a_place() -> None:
    for text in [TEXT, *(path.read_text(encoding="utf-8") for path in AGREEMENTS.glob("*.toml"))]:
        assert set(paths(tomllib.loads(text))) <= set(locate(text))


@given(
    st.lists(
        st.tuples(
            st.text("abc_-9", min_size=1, max_size=4),
            st.sampled_from(['"#"', "'='", "1", "[ [1], [] ]", "{ x = 1, y.z = [2] }", '"""\n"\n"""', "2019-01-01"]),
            st.sampled_from(["", " # note", "\n\n"]),
        ),
        max_size=6,
        unique_by=lambda one: one[0],
    )
)
def test_the_nth_key_is_found(rows: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{key} = {value}{after}\n" for key, value, after in rows)
    places = locate(text)
    assert set(paths(tomllib.loads(text))) <= set(places)
    lines = text.split("\n")
    for key, _, _ in rows:
        number, column = places[key,]
        assert lines[number - 1].startswith(f"{key} =")
        assert column == 1


def test_paths_are_written_for_people() -> None:
    assert dotted(("commission", "rates", 0, "percent")) == "commission.rates[1].percent"
    assert dotted(()) == ""
