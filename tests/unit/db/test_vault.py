"""What is sealed can't be read, and comes back as it was."""

import json

import pytest

from senlin_like import exceptions
from senlin_like.db import vault


def test_passwords_in_inputs_are_sealed_at_any_depth():
    box = vault.Vault([vault.new_key()])
    inputs = {
        "operation": "rebuild",
        "params": {"admin_pass": "s3cret", "other": [{"password": "hush"}]},
    }

    sealed = box.seal_secrets(inputs)

    assert "s3cret" not in json.dumps(sealed)
    assert "hush" not in json.dumps(sealed)
    assert box.unseal_secrets(json.loads(json.dumps(sealed))) == inputs


def test_what_holds_no_password_stays_as_it_is():
    box = vault.Vault([vault.new_key()])
    inputs = {"count": 2, "nodes": ["a", "b"], "admin_pass": None}

    assert box.seal_secrets(inputs) == inputs


def test_a_rotated_key_still_opens_what_it_sealed():
    old = vault.new_key()
    sealed = vault.Vault([old]).seal({"spec": 1})

    opened = vault.Vault([vault.new_key(), old]).unseal(sealed)

    assert opened == {"spec": 1}


def test_a_stranger_key_is_refused():
    sealed = vault.Vault([vault.new_key()]).seal({"spec": 1})

    with pytest.raises(exceptions.SpecUnreadable):
        vault.Vault([vault.new_key()]).unseal(sealed)
