"""What a network's cheapest flow costs, by the linear program of HiGHS.

A process of its own, because HiGHS and OR-Tools do not load into one: `python highs_cost.py`
reads the five columns as JSON and prints the cost.
"""

import json
import sys

import highspy
import numpy as np


def cost(tails, heads, capacities, costs, supplies):
    """Solve the linear program: its corners are whole numbers."""
    arcs = len(tails)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = arcs, len(supplies)
    lp.col_cost_ = np.array(costs, float)
    lp.col_lower_ = np.zeros(arcs)
    lp.col_upper_ = np.array(capacities, float)
    lp.row_lower_ = lp.row_upper_ = np.array(supplies, float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * arcs + 1, 2, dtype=np.int32)
    lp.a_matrix_.index_ = np.array([tails, heads], np.int32).T.ravel()
    lp.a_matrix_.value_ = np.tile([1.0, -1.0], arcs)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(lp)
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    values = highs.getSolution().col_value
    flow = [round(value) for value in values]
    assert max(abs(value - amount) for value, amount in zip(values, flow, strict=True)) < 1e-6
    return sum(each * amount for each, amount in zip(costs, flow, strict=True))


if __name__ == "__main__":
    print(cost(*json.load(sys.stdin)))
