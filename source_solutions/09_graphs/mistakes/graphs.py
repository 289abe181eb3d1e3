"""Wrong solutions that people really write for 09_graphs/graphs, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("mat_mul_compute")
def product_by_elements(self, a, b):
    """Elements are multiplied one by one.

    For arrays, * multiplies element by element. The matrix product is @.
    """
    return a * b


@mistake("mat_mul_compute")
def product_turned(self, a, b):
    """The factors are in the wrong order.

    A matrix product depends on the order: a, of shape (N, D), comes first.
    """
    return b @ a


@mistake("mat_mul_compute")
def product_transposed(self, a, b):
    """The first factor is transposed.

    Rows of a are multiplied by columns of b. Transposes belong to the gradient.
    """
    return a.T @ b


@mistake("mat_mul_compute")
def product_result_transposed(self, a, b):
    """The product is transposed.

    Row i of the product belongs to row i of a: the shape is (N, C).
    """
    return b.T @ a.T


@mistake("relu_compute")
def relu_largest(self, x):
    """The largest element is taken: np.max.

    np.max(x, 0) is the maximum along axis 0; np.maximum(x, 0) compares each element with 0.
    """
    return np.max(x, 0)


@mistake("relu_compute")
def relu_abs(self, x):
    """Signs are dropped.

    ReLU sets negative numbers to 0; np.abs changes their sign.
    """
    return np.abs(x)


@mistake("relu_compute")
def relu_slope(self, x):
    """The derivative is returned: 0 and 1.

    That is Step, which the gradient needs. The function itself keeps positive numbers.
    """
    return np.where(x > 0, 1.0, 0.0)


@mistake("relu_compute")
def relu_minimum(self, x):
    """Positive numbers become 0, and negative ones stay.

    np.minimum keeps the smaller of two numbers.
    """
    return np.minimum(x, 0)


@mistake("topological_order")
def order_without_memory(nodes, known=()):
    """A node that is used twice is in the order twice.

    Then it is computed twice. Keep one set of the visited nodes for the whole call.
    """
    order = []

    def visit(node):
        if node in known:
            return
        for taken in node.inputs:
            visit(taken)
        order.append(node)

    for node in nodes:
        visit(node)
    return order


@mistake("topological_order")
def order_users_first(nodes, known=()):
    """Nodes come before their inputs.

    Append a node when all of its inputs have been appended: after the loop, not before it.
    """
    order, visited = [], set(known)

    def visit(node):
        if node in visited:
            return
        visited.add(node)
        order.append(node)
        for taken in node.inputs:
            visit(taken)

    for node in nodes:
        visit(node)
    return order


@mistake("topological_order")
def order_breadth_first(nodes, known=()):
    """A reversed breadth-first walk is not a topological order.

    It sorts by the shortest path from the end. A node that is near on one path and far on another comes too
    late.
    """
    order, visited, queue = [], set(known), []
    for node in nodes:
        if node not in visited:
            visited.add(node)
            queue.append(node)
    while queue:
        node = queue.pop(0)
        order.append(node)
        for taken in node.inputs:
            if taken not in visited:
                visited.add(taken)
                queue.append(taken)
    return order[::-1]


@mistake("topological_order")
def order_of_one(nodes, known=()):
    """Only the first node is visited.

    All requested nodes must be in the order: visit each of them.
    """
    order, visited = [], set(known)

    def visit(node):
        if node in visited:
            return
        visited.add(node)
        for taken in node.inputs:
            visit(taken)
        order.append(node)

    visit(nodes[0])
    return order


@mistake("topological_order")
def order_each_alone(nodes, known=()):
    """Each node is visited as if it were the only one.

    Each of them has its own set of visited nodes, so nodes that two of them share are in the order twice.
    """
    order = []

    def visit(node, visited):
        if node in visited:
            return
        visited.add(node)
        for taken in node.inputs:
            visit(taken, visited)
        order.append(node)

    for node in nodes:
        visit(node, set(known))
    return order


@mistake("topological_order")
def order_known_ignored(nodes, known=()):
    """Known nodes make no difference.

    A known value is not computed, and the node's inputs are not needed for it.
    """
    order, visited = [], set()

    def visit(node):
        if node in visited:
            return
        visited.add(node)
        for taken in node.inputs:
            visit(taken)
        order.append(node)

    for node in nodes:
        visit(node)
    return order


@mistake("topological_order")
def order_known_there(nodes, known=()):
    """A known node is in the order.

    The walk stops there, which is correct, but the node itself must not be computed.
    """
    order, visited = [], set()

    def visit(node):
        if node in visited:
            return
        visited.add(node)
        if node not in known:
            for taken in node.inputs:
                visit(taken)
        order.append(node)

    for node in nodes:
        visit(node)
    return order


@mistake("topological_order")
def order_behind_known(nodes, known=()):
    """The walk goes on to the inputs of a known node.

    The known node itself is left out, but nodes that only it depends on are computed without need.
    """
    order, visited = [], set()

    def visit(node):
        if node in visited:
            return
        visited.add(node)
        for taken in node.inputs:
            visit(taken)
        if node not in known:
            order.append(node)

    for node in nodes:
        visit(node)
    return order


@mistake("initialize_variables")
def variables_in_the_graph(self, variables):
    """The values are not stored in self.variables, so the session does not have them.

    A graph holds no values. If it did, two sessions would share them.
    """
    for variable in variables:
        variable.value = self.device.to_device(variable.initial)


@mistake("initialize_variables")
def variables_last_only(self, variables):
    """Only the last variable is stored.

    In the loop, self.variables = {…} makes a new dict each time. Put the value into the existing dict.
    """
    for variable in variables:
        self.variables = {variable: self.device.to_device(variable.initial)}


@mistake("initialize_variables")
def variables_on_the_host(self, variables):
    """The initial values do not cross to the device.

    The session stores the host's array: a GPU could not reach it, and a change would change both.
    """
    for variable in variables:
        self.variables[variable] = variable.initial


@mistake("initialize_variables")
def variables_others_lost(self, variables):
    """Variables that are not in the list lose their values.

    A new dict forgets what was in the old one.
    """
    self.variables = {variable: self.device.to_device(variable.initial) for variable in variables}


@mistake("initialize_variables")
def variables_kept(self, variables):
    """A variable that has a value is not set again.

    Initialising sets the value again; otherwise training could not begin again.
    """
    for variable in variables:
        if variable not in self.variables:
            self.variables[variable] = self.device.to_device(variable.initial)


@mistake("session_run")
def run_always_a_list(self, fetches, feed_dict=None):
    """A single fetch is returned in a list.

    For a single node, return its value; for a list of nodes, return a list.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results


@mistake("session_run")
def run_first_only(self, fetches, feed_dict=None):
    """Only the first of several fetches is returned.

    For a list of nodes, return a list of values in the same order.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results[0]


@mistake("session_run")
def run_without_memory(self, fetches, feed_dict=None):
    """A node that is used twice is computed twice.

    Keep all values that were computed in this run in a dict, and use them again.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    fed = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}

    def value_of(node):
        if node in fed:
            return fed[node]
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            return self.variables[node]
        self.log.append(node)
        value = node.compute(*[value_of(taken) for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = value
        return value

    values = [value_of(node) for node in wanted]
    self.variables.update(updates)
    results = [
        None if isinstance(node, Assign) else self.device.to_host(value)
        for node, value in zip(wanted, values)
    ]
    return results if several else results[0]


@mistake("session_run")
def run_without_log(self, fetches, feed_dict=None):
    """The log stays empty.

    Each node whose compute is called is appended to self.log.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_stale(self, fetches, feed_dict=None):
    """Values of an earlier run are used again.

    Values are valid for one run: the next may be fed others. Only variables are kept.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    self.values = getattr(self, "values", {})
    values = self.values
    for node, value in (feed_dict or {}).items():
        values[node] = self.device.to_device(value)
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        if node in values:
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_in_feed_dict(self, fetches, feed_dict=None):
    """Values are written into feed_dict, and the next run finds them there.

    The dict belongs to the caller. Begin with a new one.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {} if feed_dict is None else feed_dict
    for node in list(values):
        values[node] = self.device.to_device(values[node])
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_reinitialised(self, fetches, feed_dict=None):
    """Every run starts from the initial values.

    Training began from variable.initial. The present value is in self.variables.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node] = self.device.to_device(node.initial)
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_update_lost(self, fetches, feed_dict=None):
    """The update is computed, but not stored.

    An Assign computes the new value like any node; the session must store it in self.variables.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_variables_read_late(self, fetches, feed_dict=None):
    """A read sees the update of its own run.

    A variable that is fetched together with its update gives the value before the run.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [
        None if isinstance(node, Assign) else self.device.to_host(self.variables.get(node, values[node]))
        for node in wanted
    ]
    return results if several else results[0]


@mistake("session_run")
def run_update_at_once(self, fetches, feed_dict=None):
    """A read that comes after the update sees it.

    A read may come before or after, because both orders are topological. Store all updates at the end.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            self.variables[node.variable] = values[node]
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_unfed_is_zero(self, fetches, feed_dict=None):
    """A placeholder that is not fed counts as 0.

    A run without its data would silently train on zeros. Raise an error that names the placeholder.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            values[node] = np.zeros(())
            continue
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_unfed_key_error(self, fetches, feed_dict=None):
    """No ValueError names the placeholder.

    A KeyError from inside the run does not help. Name what is missing.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise KeyError(node)
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_uninitialised_name(self, fetches, feed_dict=None):
    """No ValueError names the variable.

    A network has many variables; the message must name the one that has no value.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError("A variable is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_unfed_name(self, fetches, feed_dict=None):
    """No ValueError names the placeholder.

    A graph may have several placeholders; the message must name the one that is not fed.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError("Something is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_initialised_silently(self, fetches, feed_dict=None):
    """A variable without a value silently gets its initial one.

    Then the program does not show where training begins, or begins again.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                self.variables[node] = self.device.to_device(node.initial)
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_feed_overwritten(self, fetches, feed_dict=None):
    """A fed node is computed again.

    Any node may be fed. Its value is then known: topological_order leaves out known nodes.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted):
        if isinstance(node, Placeholder):
            if node in values:
                continue
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_behind_a_feed(self, fetches, feed_dict=None):
    """The inputs of a fed node are required, although no other node needs them.

    topological_order stops at known nodes: pass it the fed nodes.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted):
        if node in values:
            continue
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_fed_from_the_host(self, fetches, feed_dict=None):
    """Fed values do not cross to the device.

    A GPU cannot compute with the host's array. Send it with to_device.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: np.asarray(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_variables_cross(self, fetches, feed_dict=None):
    """Variables cross the bus in every run.

    The values in self.variables are on the device already. Variables exist so that they need not cross.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.device.to_device(self.variables[node])
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_fetched_on_the_device(self, fetches, feed_dict=None):
    """Fetched values do not cross back to the host.

    Python, NumPy and a plot read the host's memory. Copy fetched values with to_host.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [None if isinstance(node, Assign) else values[node] for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_everything_crosses(self, fetches, feed_dict=None):
    """Every value crosses back, fetched or not.

    Intermediate values are used on the device and nowhere else.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    hosted = {node: self.device.to_host(value) for node, value in values.items()}
    results = [None if isinstance(node, Assign) else hosted[node] for node in wanted]
    return results if several else results[0]


@mistake("session_run")
def run_update_crosses(self, fetches, feed_dict=None):
    """A fetched update sends the new weights to the host.

    You fetch an update to make it happen, not to read it: an Assign gives None.
    """
    several = isinstance(fetches, (list, tuple))
    wanted = list(fetches) if several else [fetches]
    values = {node: self.device.to_device(value) for node, value in (feed_dict or {}).items()}
    updates = {}
    for node in topological_order(wanted, values):
        if isinstance(node, Placeholder):
            raise ValueError(f"The placeholder {node.name} is not fed.")
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError(f"The variable {node.name} is not initialised.")
            values[node] = self.variables[node]
            continue
        self.log.append(node)
        values[node] = node.compute(*[values[taken] for taken in node.inputs])
        if isinstance(node, Assign):
            updates[node.variable] = values[node]
    self.variables.update(updates)
    results = [self.device.to_host(values[node]) for node in wanted]
    return results if several else results[0]


@mistake("sum_to_compute")
def sum_of_all(self, x, like):
    """Everything is summed.

    Sum only over repeated axes: those in front, and those of size 1.
    """
    return x.sum()


@mistake("sum_to_compute")
def sum_as_mean(self, x, like):
    """The mean is taken instead of the sum.

    Each repetition contributes to the loss; the contributions add up.
    """
    x = x.mean(axis=tuple(range(x.ndim - like.ndim)))
    return x.mean(axis=tuple(axis for axis, size in enumerate(like.shape) if size == 1), keepdims=True)


@mistake("sum_to_compute")
def sum_of_one_row(self, x, like):
    """One row is taken instead of the sum of all rows.

    The shape is right, but all other rows are forgotten.
    """
    while x.ndim > like.ndim:
        x = x[0]
    return x[tuple(slice(0, 1) if size == 1 else slice(None) for size in like.shape)]


@mistake("sum_to_compute")
def sum_of_nothing(self, x, like):
    """Nothing is summed.

    A gradient has the shape of its input.
    """
    return x


@mistake("sum_to_compute")
def sum_with_numbers(self, x, like):
    """The numbers of like are used.

    Only its shape is needed. Its numbers have nothing to do with this gradient.
    """
    x = x * like
    x = x.sum(axis=tuple(range(x.ndim - like.ndim)))
    return x.sum(axis=tuple(axis for axis, size in enumerate(like.shape) if size == 1), keepdims=True)


@mistake("sum_to_compute")
def sum_without_keepdims(self, x, like):
    """An axis of size 1 gets lost: keepdims is missing.

    A sum drops its axis, and (2,) is not (2, 1). keepdims=True keeps it with size 1.
    """
    x = x.sum(axis=tuple(range(x.ndim - like.ndim)))
    return x.sum(axis=tuple(axis for axis, size in enumerate(like.shape) if size == 1))


@mistake("sum_to_compute")
def sum_in_front_only(self, x, like):
    """Only axes in front are summed, and axes of size 1 are not.

    An axis of size 1 was repeated too.
    """
    return x.sum(axis=tuple(range(x.ndim - like.ndim)))


@mistake("sum_to_compute")
def sum_first_axis(self, x, like):
    """Always the first axis is summed.

    That is correct only for a bias in a batch of rows. Compare the two shapes.
    """
    return x if x.shape == like.shape else x.sum(axis=0)


@mistake("add_gradient")
def add_unsummed(self, upstream):
    """The gradient of what was broadcast is not summed.

    A bias of shape (C,) was added to each of N rows, so its gradient is a sum over N rows. Use SumTo.
    """
    return [upstream, upstream]


@mistake("add_gradient")
def add_second_summed(self, upstream):
    """Only the second input is summed.

    The order of a sum does not matter: either input may have been broadcast.
    """
    return [upstream, SumTo(upstream, self.inputs[1])]


@mistake("add_gradient")
def add_swapped(self, upstream):
    """Each gradient is summed to the other's shape.

    The gradient of a has the shape of a.
    """
    return [SumTo(upstream, self.inputs[1]), SumTo(upstream, self.inputs[0])]


@mistake("add_gradient")
def add_as_product(self, upstream):
    """This is a product's rule.

    Both derivatives of a + b are 1; pass the upstream gradient on.
    """
    a, b = self.inputs
    return [SumTo(upstream * b, a), SumTo(upstream * a, b)]


@mistake("add_gradient")
def add_total(self, upstream):
    """Everything is summed to one number.

    Sum adds everything to one number; SumTo sums only to the shape of the input.
    """
    return [SumTo(upstream, self.inputs[0]), Sum(upstream)]


@mistake("mat_mul_gradient")
def product_nothing_transposed(self, upstream):
    """Nothing is transposed.

    Look at the shapes: (N, C) times (D, C) is not possible, (N, C) times (C, D) is.
    """
    a, b = self.inputs
    return [upstream @ b, a @ upstream]


@mistake("mat_mul_gradient")
def product_b_not_transposed(self, upstream):
    """b is not transposed.

    The gradient of a has the shape (N, D): that is (N, C) times (C, D).
    """
    a, b = self.inputs
    return [upstream @ b, a.T @ upstream]


@mistake("mat_mul_gradient")
def product_a_not_transposed(self, upstream):
    """a is not transposed.

    The gradient of b has the shape (D, C): that is (D, N) times (N, C).
    """
    a, b = self.inputs
    return [upstream @ b.T, a @ upstream]


@mistake("mat_mul_gradient")
def product_wrong_way(self, upstream):
    """The factors are transposed, and in the wrong order.

    Each factor keeps its side: b is to the right of upstream, a to the left.
    """
    a, b = self.inputs
    return [b.T @ upstream, upstream @ a.T]


@mistake("mat_mul_gradient")
def product_swapped(self, upstream):
    """The two gradients are swapped.

    The list is in the order of the inputs.
    """
    a, b = self.inputs
    return [a.T @ upstream, upstream @ b.T]


@mistake("mat_mul_gradient")
def product_rule_by_elements(self, upstream):
    """Elements are multiplied one by one.

    That is the rule of Multiply. In a matrix product each element of a is multiplied by a whole row of b.
    """
    a, b = self.inputs
    return [upstream * b.T, a.T * upstream]


@mistake("relu_gradient")
def slope_alone(self, upstream):
    """The node is not in a list.

    gradients goes through the inputs and their parts together, so one input needs a list of one node.
    """
    return upstream * Step(self.inputs[0])


@mistake("relu_gradient")
def slope_everywhere(self, upstream):
    """The upstream gradient passes everywhere.

    Where x is negative, the output is 0 whatever x is: no gradient.
    """
    return [upstream]


@mistake("relu_gradient")
def slope_turned(self, upstream):
    """The upstream gradient passes where x is negative.

    There the output is constant. It grows with x only where x is positive.
    """
    return [upstream * Step(-1.0 * self.inputs[0])]


@mistake("relu_gradient")
def slope_of_upstream(self, upstream):
    """The upstream gradient passes where it is itself positive.

    Only the sign of x in the forward pass decides. A negative gradient passes too.
    """
    return [ReLU(upstream)]


@mistake("relu_gradient")
def slope_without_upstream(self, upstream):
    """The derivative is returned without the upstream gradient.

    The downstream gradient is upstream times local.
    """
    return [Step(self.inputs[0])]


@mistake("relu_gradient")
def slope_by_value(self, upstream):
    """The upstream gradient is multiplied by the value, not by the derivative.

    The derivative of max(0, x) is 1 for all positive x, however large.
    """
    return [upstream * ReLU(self.inputs[0])]


@mistake("square_gradient")
def square_alone(self, upstream):
    """The node is not in a list.

    gradients goes through the inputs and their parts together, so one input needs a list of one node.
    """
    return upstream * (2.0 * self.inputs[0])


@mistake("square_gradient")
def square_factor(self, upstream):
    """The factor 2 is missing.

    The derivative of x² is 2x.
    """
    return [upstream * self.inputs[0]]


@mistake("square_gradient")
def square_upstream(self, upstream):
    """The upstream gradient is missing.

    2x is the local derivative; the downstream gradient is upstream times local.
    """
    return [2.0 * self.inputs[0]]


@mistake("square_gradient")
def square_x(self, upstream):
    """x is missing: its square has the derivative 2x.

    How fast a square grows depends on x.
    """
    return [2.0 * upstream]


@mistake("square_gradient")
def square_value(self, upstream):
    """The upstream gradient is multiplied by the square, not by its derivative.

    self is the node of x²; its local derivative is another node, 2x.
    """
    return [upstream * self]


@mistake("sum_gradient")
def sum_alone(self, upstream):
    """The node is not in a list.

    gradients goes through the inputs and their parts together, so one input needs a list of one node.
    """
    return BroadcastTo(upstream, self.inputs[0])


@mistake("sum_gradient")
def sum_number(self, upstream):
    """The list holds a number, not a node.

    The gradient is computed later, when upstream and the shape of x are known. Here it is only written down.
    """
    return [1.0]


@mistake("sum_gradient")
def sum_not_spread(self, upstream):
    """The upstream gradient is not broadcast to the shape of x.

    It is one number, and each element of x gets it: use BroadcastTo.
    """
    return [upstream]


@mistake("sum_gradient")
def sum_ones(self, upstream):
    """The upstream gradient is missing.

    Ones are the local derivative; the downstream gradient is upstream times local.
    """
    return [OnesLike(self.inputs[0])]


@mistake("sum_gradient")
def sum_times_x(self, upstream):
    """The upstream gradient is multiplied by x.

    A sum grows by 1 when any element grows by 1, so the local derivative is 1.
    """
    return [upstream * self.inputs[0]]


@mistake("gradients")
def chain_from_the_loss(loss, nodes):
    """The backward pass starts from the loss itself.

    The derivative of the loss with respect to itself is 1: start from 1.
    """
    total = {loss: loss}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_turned(loss, nodes):
    """The gradients are not in the order of the nodes.

    For [x, y], the first gradient must be that of x.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in reversed(nodes)]


@mistake("gradients")
def chain_forwards(loss, nodes):
    """The walk goes forward: begin with the loss.

    A node can pass its gradient on only when it has one, which comes from the nodes that use it.
    """
    total = {loss: OnesLike(loss)}
    for node in topological_order([loss]):
        if node in total and node.inputs:
            for taken, part in zip(node.inputs, node.gradient(total[node])):
                total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_overwritten(loss, nodes):
    """Where a node is used twice, the second part overwrites the first.

    Each use has its own effect on the loss; the effects add up.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_same_input(loss, nodes):
    """Where a node has the same input twice, one part is lost.

    A dict made of inputs and parts has one entry for each input. Go through the pairs.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        parts = dict(zip(node.inputs, node.gradient(total[node]))) if node.inputs else {}
        for taken, part in parts.items():
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_too_early(loss, nodes):
    """A node passes its gradient on before it is complete.

    A breadth-first walk reaches a node by its shortest path; parts that come by a longer path are not passed
    on.
    """
    total, queue, visited = {loss: OnesLike(loss)}, [loss], {loss}
    while queue:
        node = queue.pop(0)
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
            if taken not in visited:
                visited.add(taken)
                queue.append(taken)
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_again_and_again(loss, nodes):
    """A node passes its whole gradient on again whenever a part is added.

    What it has already passed on is counted again. In topological order each node is visited once.
    """
    total = {}

    def arrive(node, part):
        total[node] = total[node] + part if node in total else part
        for taken, downstream in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            arrive(taken, downstream)

    arrive(loss, OnesLike(loss))
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_key_error(loss, nodes):
    """A node on which the loss does not depend gets no gradient.

    Its gradient is 0, but looking up a node that the walk never reached raises KeyError.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] for node in nodes]


@mistake("gradients")
def chain_none(loss, nodes):
    """A node on which the loss does not depend gets no gradient.

    Its gradient is 0, but None cannot be run. ZerosLike makes a node of zeros.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total.get(node) for node in nodes]


@mistake("gradients")
def chain_zero_of_the_loss(loss, nodes):
    """The gradient 0 does not have the shape of the node.

    Zeros like the loss are a single number; the gradient of z has the shape of z.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(loss) for node in nodes]


@mistake("gradients")
def chain_from_a_number(loss, nodes):
    """The backward pass starts from a number, not from a node.

    All results of gradients can be run and differentiated, also that of the loss with respect to itself.
    """
    total = {loss: 1.0}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("training_step")
def step_without_assign(loss, variables, learning_rate):
    """Nothing is assigned: the nodes are new values, not updates.

    The nodes compute the new values, but no session stores them. Use assign(variable, …).
    """
    return [
        variable - learning_rate * slope for variable, slope in zip(variables, gradients(loss, variables))
    ]


@mistake("training_step")
def step_uphill(loss, variables, learning_rate):
    """The step goes uphill.

    The gradient points in the direction in which the loss grows. Subtract.
    """
    slopes = gradients(loss, variables)
    return [assign(variable, variable + learning_rate * slope) for variable, slope in zip(variables, slopes)]


@mistake("training_step")
def step_without_rate(loss, variables, learning_rate):
    """The learning rate is missing.

    A step of the whole gradient is nearly always too long.
    """
    slopes = gradients(loss, variables)
    return [assign(variable, variable - slope) for variable, slope in zip(variables, slopes)]


@mistake("training_step")
def step_alone(loss, variables, learning_rate):
    """The variable is set to the step.

    assign sets a value, it does not add. The new value is the old one minus the step.
    """
    slopes = gradients(loss, variables)
    return [assign(variable, -learning_rate * slope) for variable, slope in zip(variables, slopes)]


@mistake("training_step")
def step_rate_twice(loss, variables, learning_rate):
    """The learning rate is used twice.

    Use it once: in the loss or in the step.
    """
    slopes = gradients(loss * learning_rate, variables)
    return [assign(variable, variable - learning_rate * slope) for variable, slope in zip(variables, slopes)]


@mistake("training_step")
def step_with_decay(loss, variables, learning_rate):
    """The variable is scaled, too: learning_rate times the variable is subtracted.

    Check the brackets: only the gradient is multiplied by the learning rate.
    """
    slopes = gradients(loss, variables)
    return [
        assign(variable, variable - learning_rate * (variable + slope))
        for variable, slope in zip(variables, slopes)
    ]


@mistake("training_step")
def step_first_only(loss, variables, learning_rate):
    """Only the first variable is updated.

    A return in a loop ends it. Collect the steps in a list.
    """
    for variable, slope in zip(variables, gradients(loss, variables)):
        return [assign(variable, variable - learning_rate * slope)]


@mistake("training_step")
def step_mixed_up(loss, variables, learning_rate):
    """The gradients go to the wrong variables.

    gradients returns them in the order of its list of nodes.
    """
    slopes = gradients(loss, variables[::-1])
    return [assign(variable, variable - learning_rate * slope) for variable, slope in zip(variables, slopes)]
