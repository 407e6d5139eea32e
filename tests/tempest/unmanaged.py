"""Make a server in the simulated cloud that no node has, and print its id.

Runs with the service's interpreter below ``service.py``, beside the service: the
cloud is a database.
"""

import argparse
import sys

import rest

from senlin_like.drivers import base, objects, registry
from senlin_like.drivers.options import DriverOptions

FLAVOR = "1"
IMAGE = "cirros-0.4.0-x86_64-disk"
NETWORK = "private"
#: The project and user of ``--auth none``.
NOBODY = "admin"


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database",
        metavar="URL",
        required=True,
        help="where the cloud is: the service's, or cloud.db in the state directory",
    )
    parser.add_argument(
        "--cloud", help="the owner, in clouds.yaml; default: that of --auth none"
    )
    options = parser.parse_args()
    project = rest.login(options.cloud).project_id if options.cloud else NOBODY
    driver = registry.load("simulated", DriverOptions(simulated_url=options.database))
    cloud = driver.cloud(base.Account(user=NOBODY, project=project))
    request = objects.ServerRequest(
        name="unmanaged",
        flavor_id=cloud.compute.find_flavor(FLAVOR).id,
        image_id=cloud.images.find_image(IMAGE).id,
        metadata={},
        networks=[{"network": cloud.network.find_network(NETWORK)}],
    )
    print(cloud.compute.create_server(request).id)
    driver.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
