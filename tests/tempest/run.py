"""Run Senlin's tempest plugin, unmodified, against the service and a real Keystone.

The phase ``aggregates`` runs tempest's own tests of host aggregates instead.

Brings everything up, runs the tests, prints the counts and takes everything
down again.  The exit status is 0 only if tests ran and none failed.
"""

import argparse
import contextlib
import pathlib
import sys
import time

import environments
import existing
import keystone
import processes
import service
import workspace


def main() -> int:
    """Run the tests from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    keystone.add_options(parser)
    existing.add_options(parser)
    service.add_options(parser)
    _add_options(parser)
    _add_what_is_run(parser)
    options = parser.parse_args()
    if options.clouds and (options.endpoint or options.cloud_file):
        parser.error("--clouds names the cloud of --endpoint and --cloud-file too")
    if options.phase == "integration" and not options.clouds:
        parser.error("--phase integration needs the cloud of --clouds")
    return environments.until_done(options.work_dir, lambda: _test(options))


def _add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the tests."""
    parser.add_argument(
        "--phase",
        choices=sorted(workspace.PHASES),
        default="api",
        help="which tests: some of the plugin's, or tempest's own of host aggregates "
        "(%(default)s)",
    )
    parser.add_argument(
        "--include", metavar="REGEX", help="these tests instead of a whole phase"
    )
    parser.add_argument("--exclude", metavar="REGEX", help="leave these out too")
    parser.add_argument(
        "--with-later",
        action="store_true",
        help="run the tests in later.txt too",
    )
    parser.add_argument(
        "--with-excluded",
        action="store_true",
        help="run the tests in exclude.txt too",
    )
    parser.add_argument("--workers", type=int, default=2, help="(%(default)s)")
    parser.add_argument(
        "--timeout", type=float, default=3600, help="for all tests, in s (%(default)s)"
    )
    parser.add_argument(
        "--wait",
        type=int,
        default=180,
        help="how long a test of the plugin waits for one thing to come about, in s "
        "(%(default)s)",
    )
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="test what already runs there; it must trust the Keystone started "
        "here (see --keystone-port)",
    )
    parser.add_argument(
        "--cloud-file",
        metavar="CLOUDS_YAML",
        type=pathlib.Path,
        help="use the Keystone of this file, which keystone.py wrote",
    )


def _add_what_is_run(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which tempest asks for what."""
    parser.add_argument(
        "--tempest-python",
        default=sys.executable,
        help="interpreter for tempest (%(default)s)",
    )
    parser.add_argument(
        "--tempest-newest",
        action="store_true",
        help="take the newest releases instead of the pinned ones",
    )
    parser.add_argument(
        "--compute-microversion",
        metavar="VERSION",
        help="tests of host aggregates ask for it instead of none at all, up to "
        f"{workspace.COMPUTE_NEWEST}",
    )


def _test(options: argparse.Namespace) -> int:
    """Bring everything up, run the tests and return the exit status."""
    work_dir = options.work_dir.resolve()
    settings = service.settings_of(options, "keystone")
    with contextlib.ExitStack() as stack:
        if options.clouds:
            cloud = stack.enter_context(existing.registered(options, settings.url))
        elif options.cloud_file:
            cloud = keystone.read_cloud(options.cloud_file)
        else:
            url = options.endpoint or settings.url
            with_service = keystone.settings_of(options, url)
            cloud = stack.enter_context(keystone.running(with_service))
        bin_dir = workspace.prepare(work_dir, cloud, _installation(options))
        started = []
        if not options.endpoint:
            started = stack.enter_context(service.running(settings, cloud))
        began = time.monotonic()
        status = workspace.run(work_dir, bin_dir, _selection(options))
        outcome = workspace.results(work_dir, bin_dir)
        failed = workspace.summarise(outcome)
        processes.say(f"{len(outcome)} tests took {time.monotonic() - began:.0f} s")
        for process in started:
            memory = processes.memory_mib(process)
            processes.say(f"{process.program.name}: {memory:.0f} MiB")
        return _judge(status, failed, len(outcome), work_dir, started)


def _judge(
    status: int,
    failed: int,
    ran: int,
    work_dir: pathlib.Path,
    started: list[processes.Started],
) -> int:
    """Decide on the exit status, and show logs when something is wrong."""
    if status == 0 and failed == 0 and ran > 0:
        return 0
    print(processes.tail(work_dir / "log" / "tempest.log", 60))
    for process in started:
        print(f"--- end of {process.program.log}")
        print(processes.tail(process.program.log, 15))
    if ran == 0:
        print("No test ran.")
    return status or 1


def _installation(options: argparse.Namespace) -> workspace.Installation:
    """Turn parsed options into what tempest is installed from."""
    return workspace.Installation(
        python=options.tempest_python,
        newest=options.tempest_newest,
        compute_version=options.compute_microversion,
        wait_s=options.wait,
    )


def _selection(options: argparse.Namespace) -> workspace.Selection:
    """Turn parsed options into a choice of tests."""
    files = []
    if not options.with_excluded:
        files.append(environments.HERE / "exclude.txt")
    if not options.with_later:
        files.append(environments.HERE / "later.txt")
    return workspace.Selection(
        include=options.include or workspace.PHASES[options.phase],
        exclude=options.exclude,
        excluded_files=files,
        workers=options.workers,
        timeout_s=options.timeout,
    )


if __name__ == "__main__":
    sys.exit(main())
