"""Bind every port, for a network without agents and without a network.

Named ``lab`` among the mechanism drivers of ML2.  A port is bound where it is
asked for and ACTIVE in the same transaction.  On a host with ``unbindable`` in its
name nothing is bound, so that this failure can be had too.
"""

from typing import Any

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api


class LabMechanismDriver(api.MechanismDriver):
    """Takes the first segment of a network that ML2 offers."""

    def initialize(self) -> None:
        """There is nothing to prepare."""

    def bind_port(self, context: Any) -> None:
        if "unbindable" in context.host:
            return
        for segment in context.segments_to_bind[:1]:
            context.set_binding(
                segment[api.ID],
                portbindings.VIF_TYPE_OVS,
                {portbindings.CAP_PORT_FILTER: True},
                status=constants.PORT_STATUS_ACTIVE,
            )
