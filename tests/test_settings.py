from pathlib import Path

import msgspec
import pytest

from zeropoint.settings import Settings, SettingsError, load, load_tables, table


def test_a_flag_goes_before_a_variable_before_the_file_before_the_default(tmp_path: Path):
    config = tmp_path / "zeropoint.toml"
    config.write_text("port = 1\ninterval = 2\nhost = '::1'\n")
    settings = load({"port": "3"}, {"ZEROPOINT_PORT": "2", "ZEROPOINT_INTERVAL": "5"}, str(config))
    assert (settings.port, settings.interval, settings.host) == (3, 5.0, "::1")
    assert settings.artifacts == "./artifacts"


def test_flags_that_were_not_given_count_for_nothing():
    assert load({"port": None, "allowed_hosts": ()}, {}, None) == Settings()


def test_each_row_accepts_its_own_default():
    for row in table():
        assert row.parse(row.default, row.name) == row.default
        assert row.help and row.allowed


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("port", "99999", "a whole number from 0 to 65535"),
        ("port", "1.5", "a whole number from 0 to 65535"),
        ("port", "", "a whole number"),
        ("interval", "0.05", "a number from 0.1 to 60"),
        ("interval", "nan", "a number from 0.1 to 60"),
        ("interval", "fast", "a number from 0.1 to 60"),
        ("log_level", "loud", "one of debug, info, warning, error"),
        ("host", "", "a text that is not empty"),
        ("history", "maybe", "true or false"),
        ("history_size_mib", "3", "a whole number from 4 to 1048576"),
        ("allowed_hosts", ("a", ""), "a list of texts"),
        ("allowed_hosts", "a,b\x1b[31m", "no control characters"),
        ("data", "a\x00b", "no control characters"),
        ("host", "127.0.0.1\x00", "no control characters"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: object, allowed: str):
    with pytest.raises(SettingsError) as refused:
        load({name: value}, {}, None)
    flag = "--" + name.replace("_", "-")
    assert str(refused.value).startswith(f"{flag}: ")
    assert allowed in str(refused.value)


def test_a_variable_is_named_when_it_is_wrong_or_unknown():
    with pytest.raises(SettingsError, match=r"^ZEROPOINT_PORT: 'x' is not allowed"):
        load({}, {"ZEROPOINT_PORT": "x"}, None)
    with pytest.raises(SettingsError, match=r"'ZEROPOINT_PROT' names no setting; .*ZEROPOINT_PORT"):
        load({}, {"ZEROPOINT_PROT": "1"}, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("prot = 1", "there is no setting 'prot'; allowed are host, port"),
        ("port = 'x'", "port: 'x' is not allowed"),
        ("port = true", "port: True is not allowed"),
        ("port = 1.5", "port: 1.5 is not allowed"),
        ("[port]\nx = 1", "port: {'x': 1} is not allowed"),
        ("port =", "is not TOML"),
        ("port = 1\nport = 2", "is not TOML"),
        (f"port = 1{'0' * 5000}", "has a number of thousands of digits"),
        (f"port = 0x{'f' * 5000}", "has a number of thousands of digits"),
        (f"interval = 1{'0' * 400}", "it is a number from 0.1 to 60"),
        (f"port = {'[' * 100_000}", "too deep to be read"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_the_key(tmp_path: Path, content: str, message: str):
    config = tmp_path / "zeropoint.toml"
    config.write_text(content)
    with pytest.raises(SettingsError) as refused:
        load({}, {}, str(config))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            load({}, {}, str(path))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        load({}, {}, str(tmp_path / "bytes.toml"))


def test_lists_come_from_repeated_flags_commas_and_arrays(tmp_path: Path):
    config = tmp_path / "zeropoint.toml"
    config.write_text('allowed_hosts = ["a", "b"]')
    assert load({}, {}, str(config)).allowed_hosts == ("a", "b")
    assert load({"allowed_hosts": ("a", "b")}, {}, None).allowed_hosts == ("a", "b")
    assert load({}, {"ZEROPOINT_ALLOWED_HOSTS": "a, b"}, None).allowed_hosts == ("a", "b")


def test_an_empty_text_is_an_empty_list():
    assert load({}, {"ZEROPOINT_ALLOWED_HOSTS": " "}, None).allowed_hosts == ()


def test_the_home_of_who_runs_it_is_known_in_paths_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / "zeropoint.toml"
    config.write_text('artifacts = "~/work"\nfleet_name = "~"')
    settings = load({"tls_cert": "~/a.pem"}, {"ZEROPOINT_DATA": "~/zp"}, str(config))
    assert (settings.data, settings.artifacts) == (f"{tmp_path}/zp", f"{tmp_path}/work")
    assert (settings.tls_cert, settings.tls_key, settings.fleet_name) == (f"{tmp_path}/a.pem", "", "~")


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        Settings().port = 5  # type: ignore[misc]
    assert msgspec.structs.replace(Settings(), port=5).port == 5


def test_tables_of_the_file_that_are_no_settings_are_handed_over_as_they_are(tmp_path: Path):
    config = tmp_path / "zeropoint.toml"
    config.write_text("port = 1\n[[alert]]\nname = 'a'\n[[alert]]\nname = 'b'\n[[notify]]\nname = 'c'\n")
    assert load({}, {}, str(config)) == Settings(port=1)
    assert load_tables(str(config)) == {"alert": [{"name": "a"}, {"name": "b"}], "notify": [{"name": "c"}]}
    assert load_tables(None) == {}
