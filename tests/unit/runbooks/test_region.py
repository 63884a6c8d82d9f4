from pathlib import Path

import pytest

from runbooks.errors import RunbookError
from runbooks.region import Region


def test_a_region_that_was_never_raised_is_told_in_one_line(tmp_path: Path) -> None:
    region = Region(
        name="east", kubeconfig=str(tmp_path / "kubeconfig"), context=None, address="127.0.0.1"
    )

    with pytest.raises(RunbookError, match=r"region east: .* is no kubeconfig"):
        region.ledger()
