"""merchant.toml: what is wrong in it is named with file, key and what is allowed; secrets are never shown."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from khaos_assets.config import ConfigurationError, Credentials, Night, load_settings

MINIMAL = '[merchant]\nname = "Test"\n'


def load(folder: Path, text: str) -> object:
    path = folder / "merchant.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_a_merchant_needs_only_a_name(tmp_path: Path) -> None:
    (tmp_path / "merchant.toml").write_text(MINIMAL)
    settings = load_settings(tmp_path / "merchant.toml")
    graces = settings.graces
    assert (graces.dispatch_minutes, graces.tracking_minutes, graces.stock_minutes) == (60, 120, 30)
    assert (graces.latency_target_minutes, graces.attribute_hours) == (60, 24)
    assert (settings.buffer.default, settings.tolerances.stock_units) == (2, 0)
    assert settings.tolerances.snapshot_drop_percent == 20
    assert settings.classes.non_commercial == ["Test", "Internal"]
    assert settings.data_dir == (tmp_path / "var").resolve()


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        (MINIMAL + "[graces]\nstok_minutes = 3\n", "graces.stok_minutes", "not permitted"),
        (
            MINIMAL + '[khaos]\nback_order_lowers_level = "maybe"\n',
            "khaos.back_order_lowers_level",
            "'yes', 'no' or 'unknown'",
        ),
        (MINIMAL + "[wair]\npage_size = 9000\n", "wair.page_size", "5000"),
        (MINIMAL + '[merchant2]\nname = "x"\n', "merchant2", "not permitted"),
        (MINIMAL + '[buffer]\ndefault = "two"\n', "buffer.default", "decimal"),
        ("[khaos]\nenabled = true\n", "merchant", "required"),
        ('[merchant]\nname = "T"\nhome_country = "gb"\n', "merchant.home_country", "[A-Z]{2}"),
        (MINIMAL + "[wair.transport]\nattempts = 0\n", "wair.transport.attempts", "greater than or equal to 1"),
    ],
)
def test_a_wrong_key_is_named_with_its_file_and_what_is_allowed(
    tmp_path: Path, text: str, key: str, allowed: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, text)
    assert f"merchant.toml: {key}: " in str(error.value)
    assert allowed in str(error.value)


def test_all_wrong_keys_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, MINIMAL + "[graces]\na = 1\nb = 2\n")
    assert str(error.value).count("\n") == 1


def test_a_missing_file_and_one_that_is_no_toml_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file"):
        load_settings(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigurationError, match="not readable as TOML"):
        load(tmp_path, "name = = 1")


def test_decimals_keep_their_digits(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MINIMAL + '[exchange_rates]\n"2026-11" = { EUR = 0.853100 }\n')
    rate = load_settings(tmp_path / "m.toml").exchange_rates["2026-11"]["EUR"]
    assert str(rate) == "0.853100"


SECRET = "s3cret-never-shown"


def test_a_credential_is_read_and_never_shown(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"env": {"WAIR_PASSWORD": SECRET}}))
    credentials = Credentials.from_environment({"WAIR_USERNAME": "u", "HOME": "x"}, ready)
    assert credentials.require("WAIR_PASSWORD") == SECRET
    assert credentials.get("HOME") is None
    for shown in (repr(credentials), str(credentials), credentials.model_dump_json()):
        assert SECRET not in shown
    with pytest.raises(ConfigurationError) as error:
        credentials.require("WAIR_TENANT")
    assert "WAIR_TENANT" in str(error.value)
    assert SECRET not in str(error.value)


def test_a_ready_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text("not json")
    with pytest.raises(ConfigurationError, match=r"ready\.json"):
        Credentials.from_environment({}, tmp_path / "ready.json")


def test_a_night_begins_at_two_in_london() -> None:
    assert Night.of("2026-11-20").as_of == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert Night.of("2026-07-01").as_of == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert Night.latest(datetime(2026, 7, 1, 0, 59, tzinfo=UTC)).date == date(2026, 6, 30)
    with pytest.raises(ValueError, match="no zone"):
        Night.of("2026-11-20", "2026-11-20T02:00:00")
