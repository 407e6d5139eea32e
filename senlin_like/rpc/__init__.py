"""The one message that is sent: there is work."""

from oslo_service import backend

# oslo.messaging asks oslo.service for its backend when it is imported; the
# threading one has to be chosen before. Choosing it twice is an error.
if backend.get_backend_type() is None:
    backend.init_backend(backend.BackendType.THREADING)
