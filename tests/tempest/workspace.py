"""Set up tempest's workspace, run it there and read its results."""

import configparser
import csv
import dataclasses
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Sequence

import environments
import keystone
import processes

PHASES = {
    "api": r"^senlin_tempest_plugin\.tests\.api\.",
    "functional": r"^senlin_tempest_plugin\.tests\.functional\.",
    "integration": r"^senlin_tempest_plugin\.tests\.integration\.",
    "all": r"^senlin_tempest_plugin\.tests\.(api|functional)\.",
    # With what lists hosts; changing services isn't offered.
    "aggregates": r"^tempest\.(serial_tests\.)?api\.compute\.admin\.test_"
    r"(aggregates|services\.|services_\w+\.\w+\.test_(get|list)_|hyper\S+_list_details)",
}
READ_TIMEOUT_S = 120
#: Of what tempest and its plugins know, that which only a whole cloud has.
ONLY_IN_CLOUDS = ("cinder", "neutron", "zaqar")
UNAVAILABLE = ("horizon", "swift")
#: What the plugin's own specs name too.
FLAVOR = "1"
IMAGE = "cirros-0.4.0-x86_64-disk"
#: The newest compute microversion that the service has.
COMPUTE_NEWEST = "2.81"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Selection:
    """Choose the tests; a test of ``excluded_files`` or ``exclude`` is left out."""

    include: str
    exclude: str | None
    excluded_files: Sequence[pathlib.Path]
    workers: int
    timeout_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Installation:
    """Say what tempest is installed from and what it asks for.

    Tests of the compute API ask for ``compute_version``, or for a newer version
    if they need it; for none if it is None.  ``wait_s`` is how long the plugin's
    tests wait for one thing to come about.
    """

    python: str
    newest: bool = False
    compute_version: str | None = None
    wait_s: int = 180


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """Tell how one test ended: success, fail, skip, xfail, uxsuccess or exists."""

    test: str
    status: str
    duration: str


def prepare(
    work_dir: pathlib.Path, cloud: keystone.Cloud, wanted: Installation
) -> pathlib.Path:
    """Install tempest with the plugin, write its files, return its programs.

    :raises processes.ProgramError: when a package can't be installed.
    """
    pinned = environments.HERE / "constraints-tempest.txt"
    environment = environments.Environment(
        name="tempest-newest" if wanted.newest else "tempest",
        packages=("tempest", "senlin-tempest-plugin", "zaqar-tempest-plugin"),
        constraints=None if wanted.newest else pinned,
        python=wanted.python,
    )
    bin_dir = environments.prepare(environment, work_dir)
    place = _place(work_dir)
    shutil.rmtree(place, ignore_errors=True)
    for name in ("lock", "logs"):
        (place / name).mkdir(parents=True)
    config = place / "tempest.conf"
    config.touch(mode=0o600)
    with config.open("w") as file:
        _configuration(place, cloud, wanted).write(file)
    (package,) = bin_dir.parent.glob("lib/python3*/site-packages/tempest")
    (place / ".stestr.conf").write_text(
        f"[DEFAULT]\ntest_path={package / 'test_discover'}\n"
        # All tests of a class run in one process, since they share its set-up.
        f"top_dir={package.parent}\ngroup_regex=([^\\.]*\\.)*\n"
    )
    return bin_dir


def run(work_dir: pathlib.Path, bin_dir: pathlib.Path, selection: Selection) -> int:
    """Run the chosen tests with their output on the screen.

    Returns tempest's exit status.

    :raises processes.ProgramError: when the tests take too long.
    """
    place = _place(work_dir)
    excluded = place / "excluded.txt"
    excluded.write_text(_exclude_list(selection))
    command = [
        str(bin_dir / "tempest"),
        "run",
        f"--config-file={place / 'tempest.conf'}",
        f"--regex={selection.include}",
        f"--exclude-list={excluded}",
        f"--concurrency={selection.workers}",
    ]
    program = processes.Program(
        name="tempest", command=command, run_dir=work_dir / "log", cwd=place
    )
    with processes.running(program) as started:
        processes.say(f"tests run; their output is in {program.log}")
        try:
            return started.process.wait(selection.timeout_s)
        except subprocess.TimeoutExpired:
            reason = f"The tests took more than {selection.timeout_s:g} s; end of"
            text = f"{reason} {program.log}:\n{processes.tail(program.log)}"
            raise processes.ProgramError(text) from None


def results(work_dir: pathlib.Path, bin_dir: pathlib.Path) -> list[Result]:
    """Read how each test of the last run ended.

    :raises processes.ProgramError: when there is nothing to read.
    """
    place = _place(work_dir)
    stream = subprocess.run(
        [str(bin_dir / "stestr"), "last", "--subunit"],
        cwd=place,
        capture_output=True,
        timeout=READ_TIMEOUT_S,
        check=False,
    )
    if stream.returncode not in {0, 1} or not stream.stdout:
        raise processes.ProgramError(stream.stderr.decode(errors="replace"))
    table = subprocess.run(
        [str(bin_dir / "subunit2csv"), "--no-passthrough"],
        input=stream.stdout,
        cwd=place,
        capture_output=True,
        timeout=READ_TIMEOUT_S,
        check=False,
    )
    rows = csv.DictReader(table.stdout.decode().splitlines())
    return [
        Result(
            test=row["test"].partition("[")[0],
            status=row["status"],
            duration=f"{row['start_time']} to {row['stop_time']}",
        )
        for row in rows
    ]


def _place(work_dir: pathlib.Path) -> pathlib.Path:
    """Return the directory that tempest works in."""
    return work_dir.resolve() / "workspace"


def _configuration(
    place: pathlib.Path, cloud: keystone.Cloud, wanted: Installation
) -> configparser.RawConfigParser:
    """Say what the tests shall expect."""
    config = configparser.RawConfigParser()
    config.read_dict(
        {
            "DEFAULT": {"log_dir": str(place / "logs"), "log_file": "tempest.log"},
            "oslo_concurrency": {"lock_path": str(place / "lock")},
            "auth": {
                "use_dynamic_credentials": "true",
                "create_isolated_networks": "false",
                "admin_username": cloud.admin_username,
                "admin_password": cloud.admin_password or cloud.password,
                "admin_project_name": cloud.admin_project_name,
                "admin_domain_name": "Default",
                "tempest_roles": "member",
            },
            "identity": {
                "uri_v3": cloud.auth_url,
                "auth_version": "v3",
                "region": cloud.region,
            },
            "service_available": {
                "senlin": "true",
                # The service's own compute root, as the catalogue says.
                "nova": "true",
                # Tests of it want a client for images at hand, and don't use it.
                "glance": "true",
                **dict.fromkeys(ONLY_IN_CLOUDS, str(cloud.has_everything).lower()),
                **dict.fromkeys(UNAVAILABLE, "false"),
            },
            "compute": _compute(wanted.compute_version),
            "clustering": {
                "min_microversion": "1.12",
                "max_microversion": "1.12",
                "delete_with_dependency": "true",
                "health_policy_version": "1.1",
                "wait_timeout": str(wanted.wait_s),
            },
        }
    )
    return config


def _compute(version: str | None) -> dict[str, str]:
    """Say which versions of the compute API the tests shall ask for."""
    lowest = {} if version is None else {"min_microversion": version}
    return {
        **lowest,
        "max_microversion": COMPUTE_NEWEST,
        "flavor_ref": FLAVOR,
        "image_ref": IMAGE,
    }


def _exclude_list(selection: Selection) -> str:
    """Join the files with excluded tests and the expression of the caller."""
    parts = [path.read_text() for path in selection.excluded_files]
    if selection.exclude:
        parts.append(f"{selection.exclude}\n")
    return "".join(parts)


def summarise(outcome: Sequence[Result]) -> int:
    """Print the counts and the failures; return how many failed."""
    failed = sorted(
        result.test
        for result in outcome
        if result.status not in {"success", "skip", "xfail"}
    )
    skipped = sorted(result.test for result in outcome if result.status == "skip")
    passed = len(outcome) - len(failed) - len(skipped)
    for test in skipped:
        print(f"skipped  {test}")
    for test in failed:
        print(f"FAILED   {test}")
    print(f"passed {passed}, failed {len(failed)}, skipped {len(skipped)}")
    sys.stdout.flush()
    return len(failed)
