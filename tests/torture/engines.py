"""Engine processes that are killed, paused and started again.

process test: polls
"""

import dataclasses
import pathlib
import signal
import subprocess
import sys
import textwrap

from tests.torture import ears


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """How the service under torture is set up.

    ``more`` is put behind the other options and outweighs them; ``pace`` tells by
    how much everything is slower than with the simulated cloud.
    """

    url: str
    key: str
    directory: pathlib.Path
    transport_url: str = "fake:/"
    lease_s: int = 3
    stray_watch_s: int = 15
    build_s: float = 1.0
    more: str = dataclasses.field(default="", repr=False)
    pace: float = 1.0

    def config_file(self, host: str) -> pathlib.Path:
        """Write the configuration of one process, which has a host of its own."""
        path = self.directory / f"{host}.conf"
        path.touch(mode=0o600)
        path.write_text(
            textwrap.dedent(
                f"""
                [DEFAULT]
                host = {host}
                cloud_backend = simulated
                transport_url = {self.transport_url}
                max_clusters_per_project = 100000
                default_nova_timeout = 120
                health_check_interval_min = 1
                [senlin_api]
                auth_strategy = none
                [database]
                connection = {self.url}
                max_pool_size = 10
                [secrets]
                fernet_keys = {self.key}
                [simulated_cloud]
                connection = {self.url}
                build_seconds = {self.build_s}
                build_jitter = 0.5
                [engine]
                threads = 8
                niceness = 0
                lease_s = {self.lease_s}
                poll_interval_s = 0.25
                max_attempts = 50
                watch_interval_min_s = 0.25
                watch_interval_max_s = 1.0
                stray_watch_s = {self.stray_watch_s}
                cloud_call_timeout_s = 2
                image_cache_parallelism = 3
                image_cache_attempts = 2
                image_cache_host_timeout = 2
                [health]
                poll_interval_s = 0.25
                hold_s = 10
                events_interval_s = 1
                allowed_networks = {ears.NETWORK}
                """
            )
            + self.more
        )
        return path


class EngineProcess:
    """One engine, in its own process."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.plan = plan
        self.number = number
        self.generation = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.is_paused = False

    @property
    def is_awake(self) -> bool:
        """Tell whether the process runs and isn't paused."""
        runs = self.process is not None and self.process.poll() is None
        return runs and not self.is_paused

    @property
    def host(self) -> str:
        return f"engine-{self.number}-{self.generation}"

    def start(self) -> None:
        self.generation += 1
        config = self.plan.config_file(self.host)
        program = pathlib.Path(sys.executable).parent / "senlin-like-engine"
        with (self.plan.directory / f"{self.host}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(program), "--config-file", str(config)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _send(self, what: int) -> None:
        assert self.process is not None
        self.process.send_signal(what)

    def kill(self) -> None:
        self._send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def end(self) -> None:
        """See to it that no process is left."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def pause(self) -> None:
        self._send(signal.SIGSTOP)
        self.is_paused = True

    def go_on(self) -> None:
        self._send(signal.SIGCONT)
        self.is_paused = False

    def stop(self) -> int:
        """Stop cleanly; return the exit status."""
        assert self.process is not None
        self._send(signal.SIGCONT)
        self._send(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9
