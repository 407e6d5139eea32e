"""Encryption of what must not be readable in the database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import fernet

from senlin_like import exceptions

#: Keys of action inputs whose values are passwords.
SECRETS = frozenset({"admin_pass", "password"})
_SEALED = "sealed"


class Vault:
    """Seals JSON values with Fernet; the first key seals, all keys open."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise exceptions.Invalid(
                "No key for secrets at rest: set [secrets] fernet_keys or "
                "fernet_key_file ('senlin-like-manage secrets new-key' makes one)."
            )
        try:
            self._fernet = fernet.MultiFernet([fernet.Fernet(key) for key in keys])
        except ValueError as error:
            # Which one it is isn't said: part of it may be right.
            raise exceptions.Invalid(
                "[secrets] fernet_keys or fernet_key_file holds something that is no "
                "Fernet key: a key has 32 bytes in URL-safe base64."
            ) from error

    def seal(self, value: Any) -> str:
        """Encrypt a JSON value into a text."""
        return self._fernet.encrypt(json.dumps(value).encode()).decode()

    def unseal(self, sealed: str) -> Any:
        """Decrypt what ``seal`` made.

        :raises SpecUnreadable: when none of the keys fits.
        """
        try:
            return json.loads(self._fernet.decrypt(sealed.encode()))
        except fernet.InvalidToken as error:
            raise exceptions.SpecUnreadable(
                "A stored secret doesn't fit any configured key."
            ) from error

    def seal_secrets(self, value: Any) -> Any:
        """Return a JSON value in which all passwords are sealed."""
        if isinstance(value, Mapping):
            return {
                key: {_SEALED: self.seal(inner)}
                if key in SECRETS and inner is not None
                else self.seal_secrets(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.seal_secrets(inner) for inner in value]
        return value

    def unseal_secrets(self, value: Any) -> Any:
        """Return what ``seal_secrets`` was given.

        :raises SpecUnreadable: when none of the keys fits.
        """
        if isinstance(value, Mapping):
            return {
                key: self.unseal(inner[_SEALED])
                if key in SECRETS and isinstance(inner, Mapping) and _SEALED in inner
                else self.unseal_secrets(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.unseal_secrets(inner) for inner in value]
        return value


def new_key() -> str:
    """Make a fresh key, as text."""
    return fernet.Fernet.generate_key().decode()
