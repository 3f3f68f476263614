"""A new plan for people who know the old one: as few as possible lose or change their place.

Aims, the first one first: pins stay; nobody with a place loses it to a newcomer; newcomers are
served, the first priority first; few change their day, and of these few their window; choices
are as near the first as can be; few change their assistant. The last aim is met as far as
groups of like assistants go. What has changed is told by `changes`.
"""

from saasops.scheduling.planner.crossing import repair
from saasops.scheduling.planner.flow import Engine, min_cost_flow
from saasops.scheduling.planner.instance import Instance, Plan
from saasops.scheduling.planner.planning import compose
from saasops.scheduling.planner.solving import solve
from saasops.scheduling.planner.staying import deal_staying, lead_staying


def replan(instance: Instance, *, engine: Engine = min_cost_flow) -> Plan:
    """Return the best plan for *instance* that stays near the seats its requests have today.

    A seat on a day that its request does not accept any more does not count as a place. Raises
    as `plan` does, and costs about as much.
    """
    solved = solve(instance, balance=False, staying=True, engine=engine)
    dealt = lead_staying(solved.model, solved.flow)
    places, squares = deal_staying(solved, dealt.cells, engine=engine)
    found = compose(solved, places, dealt.left, squares, engine=engine)
    return repair(solved, found) if solved.nested.crossing else found
