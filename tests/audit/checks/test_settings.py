"""Settings of an audit: read from a file, refused with a reason, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostway_email import InvalidRequestError
from hostway_email.audit import AuditSettings, read_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_what_a_file_names_is_set_and_the_rest_stays(file: Path) -> None:
    """A file needs to hold only what differs from the defaults."""
    file.write_text('internal_domains = ["partner.example"]\nnear_quota = 0.8\nmax_masters = 3\n')
    assert read_settings(file) == AuditSettings(
        internal_domains=frozenset({"partner.example"}), near_quota=0.8, max_masters=3
    )


def test_an_empty_file_sets_nothing(file: Path) -> None:
    """It is no mistake to have written nothing yet."""
    file.write_text("")
    assert read_settings(str(file)) == AuditSettings()


def test_a_mark_before_the_text_is_passed_over(file: Path) -> None:
    """Some editors write one."""
    file.write_bytes(b"\xef\xbb\xbfmax_masters = 3\n")
    assert read_settings(file).max_masters == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("max_master = 3", "has an unknown setting: 'max_master'; did you mean 'max_masters'?"),
        ("xyz = 3", "has an unknown setting: 'xyz'"),
        ("[max_masters]\nx = 1", "max_masters: "),
        ("max_masters = -1", "max_masters: Input should be greater than or equal to 0"),
        ("near_quota = 0", "near_quota: Input should be greater than 0"),
        ("near_quota = 1.1", "near_quota: Input should be less than or equal to 1"),
        ("near_quota = nan", "near_quota: "),
        ("sent_surge_factor = 0", "sent_surge_factor: Input should be greater than 0"),
        ('internal_domains = "partner.example"', "internal_domains: Input should be a valid"),
        ("internal_domains = [1]", "internal_domains: Input should be a valid string"),
        ("max_masters =", "is not TOML: "),
        ("\N{REPLACEMENT CHARACTER}", "is not TOML: "),
    ],
)
def test_what_cannot_be_used_is_named(file: Path, content: str, said: str) -> None:
    """The file and the setting are named, and for a name that was mistyped the nearest."""
    file.write_text(content)
    with pytest.raises(InvalidRequestError) as caught:
        read_settings(file)
    assert str(caught.value).startswith(f"{file} {said}")
    assert "settings" in caught.value.fields


def test_no_file(file: Path) -> None:
    """A name that leads nowhere is said to do so."""
    with pytest.raises(InvalidRequestError, match="cannot be read: No such file or directory"):
        read_settings(file)


def test_settings_that_differ_are_named() -> None:
    """Only those that are not the same in both."""
    one = AuditSettings(near_quota=0.8, internal_domains=frozenset({"a.example"}))
    assert one.differing(AuditSettings()) == ["internal_domains", "near_quota"]
    assert one.differing(AuditSettings(**vars(one))) == []
