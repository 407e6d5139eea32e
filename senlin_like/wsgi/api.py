"""The API as a WSGI application: ``senlin_like.wsgi.api:application``."""

from senlin_like.cmd import api, assembly

application = api.application(assembly.configure([], "senlin-like-api"))
