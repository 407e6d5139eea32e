"""Objects are adopted where their node will look for them."""

import pytest

from senlin_like import exceptions
from senlin_like.operations import adoption

TYPE = "os.nova.server-1.0"
FAR = "RegionTwo"


def test_an_object_is_looked_for_in_the_region_of_its_profile(deps, ctx, a_server):
    server = a_server()
    elsewhere = {"overrides": {"context": {"region_name": FAR}}}

    with pytest.raises(exceptions.CloudError) as caught:
        adoption.adopt(deps, ctx, {"identity": server, "type": TYPE, **elsewhere})

    assert caught.value.status == 404
