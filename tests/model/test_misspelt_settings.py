"""A setting that does not exist is told, with the one that was most likely meant."""

from __future__ import annotations

from model.misspelt_settings import misspelt_settings


def test_a_setting_that_nobody_reads_is_told() -> None:
    """What is one is not, nor what is somebody else's."""
    said = misspelt_settings({"TOLLGATE_PROT": "9", "TOLLGATE_PORT": "x", "TOLLGATE_KEY": "k"})
    assert said == ["there is no setting `TOLLGATE_PROT`: did you mean `TOLLGATE_PORT`?"]
    assert misspelt_settings({"PROT": "9", "TOLLGATE_SMTP_HOST": "mail"}) == []
    assert misspelt_settings({"TOLLGATE_ZZZZZZZZZZZZZZZZZ": ""}) == [
        "there is no setting `TOLLGATE_ZZZZZZZZZZZZZZZZZ`"
    ]
