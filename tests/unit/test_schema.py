import pytest
from pulumi_kubernetes.core.v1 import Service

from tests.unit.engine import Deploy


def test_a_misspelled_key_deep_in_a_specification_is_found(deploy: Deploy) -> None:
    ports = [{"port": 80, "prot": "TCP"}]

    with pytest.raises(AssertionError, match=r"Service\.spec\.ports\.prot"):
        deploy(lambda: Service("web", spec={"ports": ports}))
