"""A recipe in TOML: every field arrives, and every file that is none is refused in one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import fire_ref
from fire_ref.models.recipe import Recipe
from fire_ref.models.recipe_file import LONGEST, read_recipe
from fire_ref.models.rule import Rule
from fire_ref.models.split import Split

WHOLE = r"""
name = "ours"
source = "our encoder"
tied = [["head.weight", "table.weight"]]

[[rules]]
pattern = "qkv[.]weight$"
axes = [2]
owners = ["Linear"]
unowned = false
layout = "IO"
split = { axis = "columns", shares = [4, 1, 1] }
gain = "norm"
method = "newton-schulz"
steps = 7
eps = 1e-8

[[rules]]
pattern = "^target_(.*)$"
action = "copy"
source = ['q_\1', 'online_\1']

[[rules]]
pattern = "bias$"
action = "reset"
beside = 2

[[rules]]
pattern = "grouped"
groups = 4
gain = 2

[[rules]]
action = "leave"
reason = "because"
"""
MEANT = Recipe(
    "ours",
    "our encoder",
    (
        Rule(
            "qkv[.]weight$",
            axes=frozenset({2}),
            owners=frozenset({"Linear"}),
            unowned=False,
            layout="IO",
            split=Split("columns", (4, 1, 1)),
            gain="norm",
            steps=7,
            eps=1e-8,
        ),
        Rule("^target_(.*)$", "copy", source=(r"q_\1", r"online_\1")),
        Rule("bias$", "reset", beside=2),
        Rule("grouped", groups=4, gain=2.0),
        Rule(action="leave", reason="because"),
    ),
    (("head.weight", "table.weight"),),
)


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "ours.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_every_field_arrives(tmp_path: Path) -> None:
    found = read_recipe("f", written(tmp_path, WHOLE))
    assert found == MEANT
    assert {
        field for rule in MEANT.rules for field, value in vars(rule).items() if value != vars(Rule())[field]
    } == set(vars(Rule())) - {"method"}, "every field of a rule is somewhere in this file"


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    path = written(tmp_path, '[[rules]]\nsplit = {}\n[[rules]]\nmethod = "svd"\n')
    assert read_recipe("f", path) == Recipe("ours", path, (Rule(split=Split("rows", (1, 1, 1))), Rule(method="svd")))


def test_one_source_needs_no_list_and_square_no_numbers(tmp_path: Path) -> None:
    text = '[[rules]]\naction = "copy"\nsource = "w"\n[[rules]]\nsplit = { shares = "square" }\n'
    rules = read_recipe("f", written(tmp_path, text.replace("\n", "\r\n"))).rules
    assert rules == (Rule(action="copy", source=("w",)), Rule(split=Split("rows", "square")))


def test_a_file_will_do_wherever_a_recipe_will(tmp_path: Path, rng: np.random.Generator) -> None:
    path = written(tmp_path, '[[rules]]\npattern = "^fc"\nmethod = "svd"\n')
    state = {"fc": rng.standard_normal((4, 3)), "other": rng.standard_normal((4, 3))}
    for recipe in (path, Path(path)):
        new, report = fire_ref.reinitialize(state, recipe)
        assert (report.recipe, report.method, report.changed) == ("ours", "svd", ("fc",))
        assert np.array_equal(new["fc"], fire_ref.fire(state["fc"]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Recipe: rules must be at least one"),
        ("rules = []", "Recipe: rules must be at least one"),
        ("name = 'a'\nname = 'b'", "Cannot overwrite a value"),
        ("[[rules]\n", "Expected ']]'"),
        ('{"rules": []}', "Invalid"),
        (b"\xff\xfe", "'utf-8' codec can't decode byte 0xff in position 0"),
        (b"\x00", "Invalid statement"),
        ("[rules]\npattern = 'fc'", "rules that are no [[rules]] tables"),
        ("rules = 'fc'", "rules that are no [[rules]] tables"),
        ("rules = [{}, 3]", "rules that are no [[rules]] tables"),
        ("name = 3\n[[rules]]", "Recipe: name must be a string; got 3"),
        ("name = ''\n[[rules]]", "Recipe: name must be a string; got ''"),
        ("source = 3\n[[rules]]", "Recipe: source must be a string; got 3"),
        ("rule = 3\n[[rules]]", "the file with an unknown field 'rule' (meant: rules)"),
        ("tied = ['a', 'b']\n[[rules]]", "tied that is no list of pairs"),
        ("tied = 'ab'\n[[rules]]", "tied that is no list of pairs"),
        ("tied = [['a']]\n[[rules]]", "Recipe: tied must be pairs of different ends of names; got ('a',)"),
        ("tied = [['a', 3]]\n[[rules]]", "Recipe: tied must be pairs of different ends of names; got ('a', 3)"),
        ("[[rules]]\n[[rules]]\npatern = 'fc'", "rule 2 with an unknown field 'patern' (meant: pattern)"),
        ("[[rules]]\n_compiled = 'fc'", "rule 1 with an unknown field '_compiled' (known: action, axes, beside"),
        ("[[rules]]\npattern = 3", "rule 1: Rule: pattern must be a string; got 3"),
        ("[[rules]]\npattern = '('", "rule 1: Rule: pattern must be a regular expression; got '('"),
        ("[[rules]]\naction = 'drop'", "rule 1: Rule: action must be one of"),
        ("[[rules]]\naxes = 2", "rule 1: Rule: axes must be a collection; got 2"),
        ("[[rules]]\naxes = [2.0]", "rule 1: Rule: axes must be a whole number >= 0; got 2.0"),
        ("[[rules]]\naxes = [[2]]", "rule 1: Rule: axes must be a whole number >= 0; got [2]"),
        ("[[rules]]\naxes = []", "rule 1: Rule: one tensor or more must be what it speaks of; got no axes"),
        ("[[rules]]\nowners = 'Linear'", "rule 1: Rule: owners must be a collection; got 'Linear'"),
        ("[[rules]]\nunowned = 'no'", "rule 1: Rule: unowned must be True or False; got 'no'"),
        ("[[rules]]\nsteps = '5'", "rule 1: Rule: steps must be a whole number >= 0; got '5'"),
        ("[[rules]]\nsteps = 99999999999999999999", "rule 1: Rule: steps must be at most"),
        (f"[[rules]]\nsteps = {'9' * 5000}", "Exceeds the limit (4300"),
        ("[[rules]]\neps = nan", "rule 1: Rule: eps must be a finite number >= 0; got nan"),
        ("[[rules]]\neps = 2026-01-01", "rule 1: Rule: eps must be a finite number >= 0; got datetime.date("),
        ("[[rules]]\ngain = true", "rule 1: Rule: gain must be"),
        ("[[rules]]\nlayout = 3", "rule 1: Rule: layout must be different ASCII letters"),
        ("[[rules]]\naction = 'copy'\nsource = 3", "rule 1: Rule: source must be a collection; got 3"),
        ("[[rules]]\naction = 'copy'\nsource = '\\1'", "rule 1: Rule: source must name groups of the pattern"),
        ("[[rules]]\nsplit = [1, 1]", "rule 1: split that is no table"),
        ("[[rules]]\nsplit = { axes = 0 }", "rule 1: split with an unknown field 'axes' (meant: axis)"),
        ("[[rules]]\nsplit = { axis = 0 }", "rule 1: Split: axis must be one of 'rows', 'columns'; got 0"),
        ("[[rules]]\nsplit = { shares = 3 }", "rule 1: Split: shares must be whole numbers, or 'square'; got 3"),
        ("[[rules]]\nsplit = { shares = [1, 0] }", "rule 1: Split: shares must be a whole number >= 1; got 0"),
        ("a = " + "[" * 100_000, ""),  # deeper than the parser follows
        ("[[rules]]\npattern = '" + "(" * 100_000 + "'", "rule 1: Rule: pattern must be a regular expression"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "bytes",
)
def test_what_is_no_recipe_is_refused_in_one_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = written(tmp_path, text)
    start = f"f: {path} must be a recipe in TOML; got {said}"
    with pytest.raises(ValueError, match=f"^{re.escape(start)}") as caught:
        read_recipe("f", path)
    sentence = str(caught.value)
    assert type(caught.value) is ValueError
    assert sentence.endswith(". Try the example in fire_ref/models/README.md.")
    assert sentence.count(" Try ") == 1
    assert "\n" not in sentence
    assert len(sentence) < len(path) + 300


def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    for path, error, said in (
        (str(tmp_path / "none.toml"), FileNotFoundError, "No such file or directory"),
        (str(folder), IsADirectoryError, "Is a directory"),
        ("a\0.toml", ValueError, "embedded null byte"),
        (f"{'a' * 300}.toml", OSError, "File name too long"),
    ):
        with pytest.raises(error, match=rf"^f: .*\.toml must be readable; got {said}\. Try another path, or a name of"):
            read_recipe("f", path)


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    long = written(tmp_path, b"#" * (LONGEST + 1))
    with pytest.raises(
        ValueError, match=rf"^f: .* must be at most {LONGEST} bytes; got more\. Try a recipe's own file"
    ):
        read_recipe("f", long)
    just = written(tmp_path, b"[[rules]]\n" + b"#" * (LONGEST - 10))
    assert read_recipe("f", just).rules == (Rule(),)
