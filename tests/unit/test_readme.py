import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_readme_opens_with_the_stack_as_it_is() -> None:
    stack = (ROOT / "stacks" / "__main__.py").read_text()
    parts = next(n for n in ast.parse(stack).body if getattr(n, "name", "") == "fraud")

    shown = re.search(r"```python\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)

    assert shown
    assert shown[1] == ast.get_source_segment(stack, parts)
