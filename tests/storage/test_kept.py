"""Words kept for the next start: taken over whole, or made again."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from cabas.dialogue.classify import names_of
from cabas.dialogue.families import sheets
from cabas.dialogue.labels import labels, restricted
from cabas.dialogue.lexicon import shared_ear, shared_trie
from cabas.dialogue.say import phrases
from cabas.kernel.remember import prime, recalled, remembered
from cabas.storage.kept import KeptWords, fingerprint, kept_words, take_over

# In a process that has worked nothing out: what it took over, and what it then had to work out itself.
NEXT = """
import sys
from pathlib import Path
from cabas.dialogue.lexicon import shared_trie
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.trie import Trie
from cabas.storage.kept import kept_words
kept_words(Path(sys.argv[1]))
made = []
Trie.__init__ = lambda self, *a: made.append(a)
trie = shared_trie("fr")
print(len(made), [match.id for match in trie.at(tokenize("lait demi-écrémé"), 0) if match.end == 4 or match.end == 3])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    sheets(), labels(), restricted(), phrases("fr"), names_of("fr"), shared_trie("fr"), shared_ear("fr")
    words = KeptWords(tmp_path)
    words.keep()
    return tmp_path


def test_the_next_process_takes_the_words_over(data: Path) -> None:
    said = subprocess.run([sys.executable, "-c", NEXT, str(data)], capture_output=True, text=True, check=True)
    assert said.stdout.split(" ", 1)[0] == "0"
    assert "semi_skimmed_milk" in said.stdout


def test_nothing_there_is_none(tmp_path: Path) -> None:
    assert not KeptWords(tmp_path).restore()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"words", b"\x80\x05]", b"\x80\x05cno.such\nthing\n."])
def test_a_damaged_file_is_none_and_made_again(data: Path, damage: bytes) -> None:
    words = KeptWords(data)
    words.path.write_bytes(damage)
    assert not words.restore()
    words.keep()
    assert words.restore()


def test_a_file_others_may_write_is_not_read(data: Path) -> None:
    path = KeptWords(data).path
    path.chmod(0o666)
    assert not take_over(path)
    path.chmod(0o600)
    assert take_over(path)


def test_words_of_another_version_go(data: Path) -> None:
    words = KeptWords(data)
    old = words.path.with_name("words-0000000000000000.pickle")
    old.write_bytes(words.path.read_bytes())
    words.keep()
    assert [path.name for path in words.path.parent.iterdir()] == [f"words-{fingerprint()}.pickle"]


def test_a_folder_that_cannot_be_written_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file is in the way")
    KeptWords(tmp_path).keep()
    assert (tmp_path / "kept").read_text() == "a file is in the way"


def test_nothing_is_written_twice(data: Path) -> None:
    words = kept_words(data)
    before = words.path.stat().st_mtime_ns
    words.keep()
    assert words.path.stat().st_mtime_ns == before


def test_everything_remembered_can_be_handed_over() -> None:
    known = recalled()
    assert {name: set(results) for name, results in pickle.loads(pickle.dumps(known)).items()} == {  # noqa: S301
        name: set(results) for name, results in known.items()
    }


def test_remembered_asks_once_and_what_is_known_stays() -> None:
    asked = []

    @remembered
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    name = f"{double.__module__}.{double.__qualname__}"
    assert (double(2), double(2), asked) == (4, 4, [2])
    prime({name: {(2,): 5, (3,): 7}})
    assert (double(2), double(3), asked) == (4, 7, [2])
    del recalled()[name][(3,)]  # a copy
    assert recalled()[name] == {(2,): 4, (3,): 7}
