"""Options reach those who go by them."""

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
