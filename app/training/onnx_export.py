"""A LightGBM model as an ONNX graph, in double precision.

The common converters round thresholds and inputs to single precision, which sends a payment of just
about a threshold down the other branch. Here a row takes the same path as in LightGBM.
"""

from collections import defaultdict
from typing import Any

import lightgbm
import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from app.domain.features import FEATURES

_OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
_IR_VERSION = 9


def to_onnx(booster: lightgbm.Booster) -> bytes:
    """Input `rows` (n, features) double, output `probability` (n, 1) single."""
    trees = helper.make_node(
        "TreeEnsembleRegressor",
        ["rows"],
        ["log_odds"],
        domain="ai.onnx.ml",
        n_targets=1,
        **_Forest(booster.dump_model()["tree_info"]).attributes(),
    )
    graph = helper.make_graph(
        [trees, helper.make_node("Sigmoid", ["log_odds"], ["probability"])],
        "fraud",
        [helper.make_tensor_value_info("rows", TensorProto.DOUBLE, [None, len(FEATURES)])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])],
    )
    model: ModelProto = helper.make_model(
        graph, opset_imports=_OPSETS, ir_version=_IR_VERSION, producer_name="bulwark"
    )
    checker.check_model(model)
    serialized: bytes = model.SerializeToString(deterministic=True)
    return serialized


class _Forest:
    """Trees laid out as ONNX wants them: parallel lists, one entry per node or per leaf."""

    def __init__(self, trees: list[dict[str, Any]]) -> None:
        self._nodes: dict[str, list[Any]] = defaultdict(list)
        self._leaves: dict[str, list[Any]] = defaultdict(list)
        for number, tree in enumerate(trees):
            self._add(number, tree["tree_structure"], 0)

    def attributes(self) -> dict[str, Any]:
        """The attributes of the ONNX operator."""
        nodes = {f"nodes_{name}": values for name, values in self._nodes.items()}
        leaves = {f"target_{name}": values for name, values in self._leaves.items()}
        thresholds = np.array(nodes.pop("nodes_values"), np.float64)
        weights = np.array(leaves.pop("target_weights"), np.float64)
        return {
            **nodes,
            **leaves,
            "nodes_values_as_tensor": numpy_helper.from_array(thresholds),
            "target_weights_as_tensor": numpy_helper.from_array(weights),
        }

    def _add(self, tree: int, node: dict[str, Any], number: int) -> int:
        """Lay out a node and what is below it; the next free number of the tree."""
        if "split_feature" not in node:
            self._leaf(tree, node, number)
            return number + 1
        if node["decision_type"] != "<=":
            raise ValueError(f"a split by {node['decision_type']!r}: only '<=' can be exported")
        place = self._node(tree, number, "BRANCH_LEQ")
        self._nodes["featureids"][place] = node["split_feature"]
        self._nodes["values"][place] = node["threshold"]
        self._nodes["truenodeids"][place] = number + 1
        right = self._add(tree, node["left_child"], number + 1)
        self._nodes["falsenodeids"][place] = right
        return self._add(tree, node["right_child"], right)

    def _leaf(self, tree: int, node: dict[str, Any], number: int) -> None:
        self._node(tree, number, "LEAF")
        weight = {"treeids": tree, "nodeids": number, "ids": 0, "weights": node["leaf_value"]}
        for name, value in weight.items():
            self._leaves[name].append(value)

    def _node(self, tree: int, number: int, mode: str) -> int:
        """An entry whose other values a branch fills in."""
        empty = {"featureids": 0, "values": 0.0, "truenodeids": 0, "falsenodeids": 0}
        for name, value in {"treeids": tree, "nodeids": number, "modes": mode, **empty}.items():
            self._nodes[name].append(value)
        return len(self._nodes["modes"]) - 1
