"""Every error that this service raises on purpose; knows nothing of HTTP.

``code`` is a stable machine-readable name that never changes its meaning;
``type`` is the name that clients of Senlin's API know (``error.type``).
"""

from collections.abc import Sequence


class Error(Exception):
    """Root of all errors that are raised on purpose."""

    code = "clustering.internal"
    type = "InternalError"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Error):
    """What was asked for can't be right, whatever the state of things."""

    code = "clustering.request.invalid"
    type = "BadRequest"


class InvalidBody(Invalid):
    """The shape of a request is wrong: a field, a type, a range."""

    code = "clustering.request.malformed"
    type = "HTTPBadRequest"


class InvalidSpec(Invalid):
    """A profile or policy spec doesn't fit its type."""

    code = "clustering.spec.invalid"
    type = "InvalidSpec"


class RequestTooLarge(Invalid):
    """A request body is larger than the operator allows."""

    code = "clustering.request.too_large"
    type = "RequestLimitExceeded"


class MultipleChoices(Invalid):
    """A name or short id matches more than one object."""

    code = "clustering.request.ambiguous"
    type = "MultipleChoices"

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"Multiple results found matching the query criteria '{identity}'. "
            "Please be more specific."
        )


class VersionNotFound(Invalid):
    """The operation doesn't exist at the microversion that was asked for."""

    code = "clustering.version.not_here"
    type = "MethodVersionNotFound"

    def __init__(self, version: str) -> None:
        super().__init__(f"API version '{version}' is not supported on this method.")


class VersionOutOfRange(Error):
    """The service doesn't have the microversion that was asked for."""

    code = "clustering.version.out_of_range"
    type = "InvalidGlobalAPIVersion"

    def __init__(self, version: str, lowest: str, highest: str) -> None:
        super().__init__(
            f"Version '{version}' is not supported by the API. "
            f"Minimum is '{lowest}' and maximum is '{highest}'."
        )


class NotAuthenticated(Error):
    """Nobody vouches for the caller."""

    code = "clustering.request.unauthenticated"
    type = "NotAuthenticated"

    def __init__(
        self, message: str = "The request you have made requires authentication."
    ) -> None:
        super().__init__(message)


class Forbidden(Error):
    """The caller may not do this."""

    code = "clustering.request.forbidden"
    type = "Forbidden"

    def __init__(
        self, message: str = "You are not authorized to complete this operation."
    ) -> None:
        super().__init__(message)


class OverQuota(Error):
    """A limit of the caller's project is reached."""

    code = "clustering.quota.exceeded"
    type = "OverQuota"

    def __init__(self, message: str = "Quota exceeded for resources.") -> None:
        super().__init__(message)


class NotFound(Error):
    """An object doesn't exist, or isn't the caller's."""

    code = "clustering.resource.not_found"
    type = "ResourceNotFound"

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(f"The {kind} '{identity}' could not be found.")
        self.kind = kind
        self.identity = identity


class BindingNotFound(NotFound):
    """A policy isn't attached to a cluster."""

    code = "clustering.binding.not_found"
    type = "PolicyBindingNotFound"

    def __init__(self, policy: str, cluster: str) -> None:
        super().__init__("policy", policy)
        self.message = (
            f"The policy '{policy}' is not found attached to the specified cluster "
            f"'{cluster}'."
        )


class AggregateNotFound(NotFound):
    """There is no such host aggregate."""

    code = "clustering.aggregate.not_found"

    def __init__(self, identity: str) -> None:
        super().__init__("aggregate", identity)
        self.message = f"Aggregate {identity} could not be found."


class HostNotFound(NotFound):
    """The cloud, or an aggregate, has no such compute host."""

    code = "clustering.host.not_found"

    def __init__(self, host: str, message: str | None = None) -> None:
        super().__init__("host", host)
        self.message = message or f"Compute host {host} could not be found."


class RouteNotFound(Error):
    """No route of the API has this path."""

    code = "clustering.route.not_found"
    type = "HTTPNotFound"

    def __init__(self) -> None:
        super().__init__("The resource could not be found.")


class MethodNotAllowed(Error):
    """The path exists, but not with this HTTP method."""

    code = "clustering.route.method_not_allowed"
    type = "HTTPMethodNotAllowed"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(
            f"The method {method} is not allowed for this resource; "
            f"allowed are: {', '.join(allowed)}."
        )
        self.allowed = tuple(allowed)


class Conflict(Error):
    """The state of things doesn't allow what was asked for, now."""

    code = "clustering.conflict"
    type = "Conflict"


class ActionConflict(Conflict):
    """Other actions on the target stand in line before this one."""

    code = "clustering.action.conflict"
    type = "ActionConflict"

    def __init__(self, kind: str, target: str, others: Sequence[str]) -> None:
        super().__init__(
            f"The {kind} action for target {target} conflicts with the following "
            f"action(s): {','.join(others)}"
        )


class ActionCooldown(Conflict):
    """A scaling policy wants some time to pass before the next scaling."""

    code = "clustering.action.cooldown"
    type = "ActionCooldown"

    def __init__(self, kind: str, cluster: str, policy: str) -> None:
        super().__init__(
            f"The {kind} action for cluster {cluster} cannot be processed due to "
            f"Policy {policy} cooldown still in progress"
        )


class ResourceIsLocked(Conflict):
    """An action that is at work holds the target."""

    code = "clustering.resource.locked"
    type = "ResourceIsLocked"

    def __init__(self, kind: str, target_type: str, target: str) -> None:
        super().__init__(
            f"{kind} for {target_type} '{target}' cannot be completed because it "
            "is already locked."
        )


class ActionInProgress(Conflict):
    """The target is in the middle of something."""

    code = "clustering.resource.in_progress"
    type = "ActionInProgress"

    def __init__(self, target_type: str, identity: str, status: str) -> None:
        super().__init__(f"The {target_type} '{identity}' is in status {status}.")


class ActionImmutable(Conflict):
    """The action has ended and can't be changed any more."""

    code = "clustering.action.immutable"
    type = "ActionImmutable"

    def __init__(self, action_id: str, status: str, expected: Sequence[str]) -> None:
        super().__init__(
            f"Action ({action_id[:8]}) is in status ({status}) while expected "
            f"status must be one of ({tuple(str(one) for one in expected)})."
        )


class FeatureNotSupported(Conflict):
    """The target can't do this in its present state."""

    code = "clustering.feature.not_supported"
    type = "FeatureNotSupported"

    def __init__(self, feature: str) -> None:
        super().__init__(f"{feature} is not supported.")


class ResourceInUse(Conflict):
    """The object can't be deleted while others need it."""

    code = "clustering.resource.in_use"
    type = "ResourceInUse"

    def __init__(self, kind: str, identity: str, reason: str) -> None:
        super().__init__(f"The {kind} '{identity}' cannot be deleted: {reason}.")


class AggregateNameExists(Conflict):
    """Another host aggregate has the name."""

    code = "clustering.aggregate.name_taken"
    type = "AggregateNameExists"

    def __init__(self, name: str) -> None:
        super().__init__(f"Aggregate {name} already exists.")


class AggregateHostExists(Conflict):
    """The host is in the aggregate already."""

    code = "clustering.aggregate.host_taken"
    type = "AggregateHostExists"

    def __init__(self, aggregate_id: int, host: str) -> None:
        super().__init__(f"Aggregate {aggregate_id} already has host {host}.")


class ZoneConflict(Conflict):
    """A host can't join or leave an aggregate because of availability zones."""

    code = "clustering.aggregate.zone_conflict"


class ServiceUnavailable(Error):
    """Something this service needs is away or overloaded; ask again later."""

    code = "clustering.service.unavailable"
    type = "ServiceUnavailable"

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyRequests(Error):
    """Somebody asks faster than the operator allows; ask again later."""

    code = "clustering.request.too_many"
    type = "TooManyRequests"

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CloudError(Error):
    """The cloud refused or failed a call; this node failed."""

    code = "clustering.cloud.error"
    type = "ProfileOperationFailed"

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.status = status

    @property
    def blames_request(self) -> bool:
        """Tell whether what was asked is wrong, not who asked or when."""
        return 400 <= self.status < 500 and self.status not in {401, 403, 408, 429}


class CloudNotFound(CloudError):
    """The cloud doesn't know the object."""

    code = "clustering.cloud.not_found"

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(f"No {kind} found for {identity}", 404)
        self.kind = kind
        self.identity = identity


class HostUnreachable(CloudError):
    """The host that an object is on can't be asked; nothing was done."""

    code = "clustering.cloud.host_unreachable"

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"The host at {host} can't be reached: {reason}", 503)


class CloudBusy(CloudError):
    """The cloud can't answer now; the same call may go through later.

    Raised only where the call certainly had no effect, or is a read.
    """

    code = "clustering.cloud.busy"

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, 503)
        self.retry_after_s = retry_after_s


class CloudUnsure(CloudError):
    """A call timed out or broke off: it may have had its effect or not."""

    code = "clustering.cloud.unsure"


class TrustNotFound(CloudError):
    """The permission to act for a user is gone."""

    code = "clustering.credential.gone"

    def __init__(self, user: str, project: str) -> None:
        super().__init__(
            f"There is no permission any more to act for user '{user}' in project "
            f"'{project}': it has to be renewed by a request of that user.",
            403,
        )


class SpecUnreadable(Error):
    """A stored secret can't be decrypted with the configured keys."""

    code = "clustering.secret.unreadable"
