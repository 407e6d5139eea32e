"""Settings of gunicorn for the API; to be copied to /etc/senlin_like/.

SIGTERM stops and SIGHUP reloads: requests that are being answered are answered to
their end, for as long as ``graceful_timeout``.
"""

bind = "127.0.0.1:8777"
# Processes times threads is the number of requests at once. The connection pool
# of each process ([database] max_pool_size and max_overflow) has to fit.
workers = 4
worker_class = "gthread"
threads = 8
backlog = 2048
timeout = 120
graceful_timeout = 30
# Longer than the proxy keeps idle connections: when the API is very busy, gunicorn
# closes some that have just been asked something.
keepalive = 75
# The proxy in front sets X-Forwarded-*; nobody else may.
forwarded_allow_ips = "127.0.0.1"
# Signals are enough; a socket would want a folder that can be written.
control_socket_disable = True
