"""Options reach those who go by them."""

import ipaddress

import pytest
from oslo_config import cfg

from senlin_like.cmd import assembly
from senlin_like.conf import opts


def test_images_are_brought_to_hosts_as_options_say(tmp_path):
    file = tmp_path / "service.conf"
    file.write_text(
        "[engine]\n"
        "image_cache_parallelism = 3\n"
        "image_cache_attempts = 7\n"
        "image_cache_host_timeout = 60\n"
    )

    settings = assembly.settings(opts.load(["--config-file", str(file)]))

    assert settings.image_cache_parallelism == 3
    assert settings.image_cache_attempts == 7
    assert settings.image_cache_host_timeout == 60


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [("127.0.0.1", False), ("::1", True), ("192.0.2.1", True)],
)
def test_containers_are_put_where_users_may_have_addresses_asked(
    tmp_path, address, is_refused
):
    file = tmp_path / "service.conf"
    file.write_text(
        "[health]\nallowed_networks = 127.0.0.0/8\ndenied_networks = 192.0.2.0/24\n"
    )

    options = assembly._docker_options(opts.load(["--config-file", str(file)]))

    refusal = options.rules.refusal(ipaddress.ip_address(address))
    assert (refusal is not None) == is_refused


def test_the_environment_names_another_folder_for_the_configuration(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("OS_SENLIN_LIKE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "senlin_like.conf").write_text("[DEFAULT]\nhost = elsewhere\n")

    conf = assembly.configure([], "test")

    assert conf.host == "elsewhere"


def test_a_folder_that_is_named_has_to_hold_a_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("OS_SENLIN_LIKE_CONFIG_DIR", str(tmp_path))

    with pytest.raises(cfg.ConfigFilesNotFoundError, match=r"senlin_like\.conf"):
        assembly.configure([], "test")
