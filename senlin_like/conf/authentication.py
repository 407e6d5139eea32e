"""Options of the group ``[authentication]``: the service's own identity."""

from oslo_config import cfg

GROUP = cfg.OptGroup("authentication", title="The service user")

OPTS = [
    cfg.StrOpt("auth_url", default="", help="Keystone's address (v3)."),
    cfg.StrOpt("service_username", default="senlin", help="Name of the service user."),
    cfg.StrOpt("service_password", default="", secret=True, help="Its password."),
    cfg.StrOpt("service_project_name", default="service", help="Its project."),
    cfg.StrOpt("service_user_domain", default="Default", help="Domain of the user."),
    cfg.StrOpt(
        "service_project_domain", default="Default", help="Domain of the project."
    ),
    cfg.BoolOpt("verify_ssl", default=True, help="Check certificates."),
    cfg.StrOpt("interface", default="public", help="Interface of endpoints."),
    cfg.StrOpt("cafile", help="File with the certificates that are trusted."),
]
