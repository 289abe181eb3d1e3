"""Wrong solutions that people really write for 09_graphs/graphs, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("mat_mul_compute")
def product_by_elements(self, a, b):
    """Elements are multiplied one by one.

    For arrays, * multiplies element by element. The matrix product is written @.
    """
    return a * b


@mistake("mat_mul_compute")
def product_turned(self, a, b):
    """The factors are the wrong way round.

    A matrix product depends on the order: a, of shape (N, D), comes first.
    """
    return b @ a


@mistake("mat_mul_compute")
def product_transposed(self, a, b):
    """The first factor is transposed.

    Rows of a meet columns of b. Transposes belong into the gradient.
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

    ReLU sets negative numbers to 0; np.abs turns them around.
    """
    return np.abs(x)


@mistake("relu_compute")
def relu_slope(self, x):
    """The slope comes back: 0 and 1.

    That is Step, which the gradient needs. The function itself hands positive numbers on.
    """
    return np.where(x > 0, 1.0, 0.0)


@mistake("relu_compute")
def relu_minimum(self, x):
    """Positive numbers become 0, and negative ones stay.

    np.minimum keeps the smaller of two.
    """
    return np.minimum(x, 0)


@mistake("topological_order")
def order_without_memory(nodes, known=()):
    """A node that is used twice stands there twice.

    Then it is computed twice. Keep a set of the nodes seen, for the whole call.
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
    """Users stand before what they take.

    A node is appended when all that it takes has been: after the loop, not before it.
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
    """A breadth-first walk, turned round, is no topological order.

    It sorts by the shortest way from the end. A node that is near on one way and far on another comes too late.
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
    """Only the first node is walked.

    All that is asked for must be in the order: visit each of nodes.
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
    """Each node is walked as if it were alone.

    The set of the nodes seen is made anew for each of them, so what two of them share is there twice.
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
    """What is known makes no difference.

    A value that is known is not computed, and what stands behind it is not needed.
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

    The walk stops there, rightly, but the node itself is not to be computed.
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
    """The walk goes on behind a known node.

    The known node itself is left out, and what only it rests on is computed for nobody.
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
    """The values are not kept in self.variables, so a session knows nothing of them.

    A graph holds no values. If it did, two sessions would share them.
    """
    for variable in variables:
        variable.value = self.device.to_device(variable.initial)


@mistake("initialize_variables")
def variables_last_only(self, variables):
    """Only the last variable is kept.

    In the loop, self.variables = {…} makes a new dict each time. Put the value into the one that is there.
    """
    for variable in variables:
        self.variables = {variable: self.device.to_device(variable.initial)}


@mistake("initialize_variables")
def variables_on_the_host(self, variables):
    """The initial values do not cross to the device.

    What is kept is the host's array: a GPU could not reach it, and a change of one would change the other.
    """
    for variable in variables:
        self.variables[variable] = variable.initial


@mistake("initialize_variables")
def variables_others_lost(self, variables):
    """Variables that are not named lose their values.

    A new dict forgets what was in the old one.
    """
    self.variables = {variable: self.device.to_device(variable.initial) for variable in variables}


@mistake("initialize_variables")
def variables_kept(self, variables):
    """A variable that has a value keeps it.

    To initialise is to start afresh, else training could not begin again.
    """
    for variable in variables:
        if variable not in self.variables:
            self.variables[variable] = self.device.to_device(variable.initial)


@mistake("session_run")
def run_always_a_list(self, fetches, feed_dict=None):
    """A single fetch comes back in a list.

    Who asks for a node wants its value; who asks for a list wants a list.
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
    """Only the first of several fetches comes back.

    A list of nodes is answered by a list, in the same order.
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

    A value that was computed in this run is there: keep all of them in a dict, for this run.
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

    Values hold for one run: the next may be fed others. Only variables stay.
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

    The dict is the caller's. Begin with a new one.
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

    variable.initial is where training began. What it is by now stands in self.variables.
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
    """The update is computed, and not stored.

    An Assign computes the new value like any node; storing it in self.variables is the session's part.
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

    A variable that is fetched beside an update of it gives the value before the run.
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

    Whether a read comes before or after is chance, since both orders are topological. Store all updates at the end.
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

    A run without its data would train on zeros, silently. Refuse it, and say which placeholder it is.
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

    A KeyError from somewhere within helps nobody. Say what is missing, by name.
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

    A network has many variables; the message must say which of them has no value.
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

    A graph may have several placeholders; the message must say which of them is not fed.
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
    """A variable without a value is given its initial one, silently.

    Then nobody sees where training begins, or begins again.
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
    """What was fed for a node is computed over again.

    Any node may be fed. Its value is known then: topological_order leaves out what it is told of.
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
    """What stands behind a fed node is asked for, though nobody needs it.

    topological_order stops at what it is told to be known: give it the fed nodes.
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
    """What is fed does not cross to the device.

    A GPU cannot compute on the host's array. to_device sends it.
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

    What self.variables holds is on the device already. That it need not cross is what variables are for.
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
    """What is fetched does not cross back to the host.

    Python, NumPy and a plot read the host's memory. to_host copies what was asked for.
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

    It is fetched so that it happens, not to be read: an Assign gives None.
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
    """Everything is summed up.

    Only what was repeated is summed: the axes in front, and those of size 1.
    """
    return x.sum()


@mistake("sum_to_compute")
def sum_as_mean(self, x, like):
    """The mean is taken in place of the sum.

    Each repetition had a part in the loss; the parts add up.
    """
    x = x.mean(axis=tuple(range(x.ndim - like.ndim)))
    return x.mean(axis=tuple(axis for axis, size in enumerate(like.shape) if size == 1), keepdims=True)


@mistake("sum_to_compute")
def sum_of_one_row(self, x, like):
    """One row is taken in place of the sum of all.

    The shape is right, and all other rows are forgotten.
    """
    while x.ndim > like.ndim:
        x = x[0]
    return x[tuple(slice(0, 1) if size == 1 else slice(None) for size in like.shape)]


@mistake("sum_to_compute")
def sum_of_nothing(self, x, like):
    """Nothing is summed.

    A gradient has the shape of what it belongs to.
    """
    return x


@mistake("sum_to_compute")
def sum_with_numbers(self, x, like):
    """like takes part with its numbers.

    It is there for its shape. Its numbers have nothing to do with this gradient.
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

    An axis of size 1 was repeated just as well.
    """
    return x.sum(axis=tuple(range(x.ndim - like.ndim)))


@mistake("sum_to_compute")
def sum_first_axis(self, x, like):
    """Always the first axis is summed.

    That is right for a bias in a batch of rows, and for nothing else. Compare the two shapes.
    """
    return x if x.shape == like.shape else x.sum(axis=0)


@mistake("add_gradient")
def add_unsummed(self, upstream):
    """The gradient of what was broadcast is not summed.

    A bias of shape (C,) was added to each of N rows, so its gradient is a sum over N rows. SumTo takes it.
    """
    return [upstream, upstream]


@mistake("add_gradient")
def add_second_summed(self, upstream):
    """Only the second input is summed.

    A sum does not care in which order it is written: either input may have been broadcast.
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

    The derivative of a + b is 1 for both; upstream passes as it is.
    """
    a, b = self.inputs
    return [SumTo(upstream * b, a), SumTo(upstream * a, b)]


@mistake("add_gradient")
def add_total(self, upstream):
    """All is summed to one number.

    Sum makes one number of everything; SumTo sums as far as the shape of the input asks for.
    """
    return [SumTo(upstream, self.inputs[0]), Sum(upstream)]


@mistake("mat_mul_gradient")
def product_nothing_transposed(self, upstream):
    """Nothing is transposed.

    Look at the shapes: (N, C) times (D, C) does not fit, (N, C) times (C, D) does.
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
    """The factors are transposed, and the wrong way round.

    The factor that stays stands on its own side: b on the right of upstream, a on the left.
    """
    a, b = self.inputs
    return [b.T @ upstream, upstream @ a.T]


@mistake("mat_mul_gradient")
def product_swapped(self, upstream):
    """The two gradients are swapped.

    The list has the order of the inputs.
    """
    a, b = self.inputs
    return [a.T @ upstream, upstream @ b.T]


@mistake("mat_mul_gradient")
def product_rule_by_elements(self, upstream):
    """Elements are multiplied one by one.

    That is the rule of Multiply. In a matrix product each element of a meets a whole row of b.
    """
    a, b = self.inputs
    return [upstream * b.T, a.T * upstream]


@mistake("relu_gradient")
def slope_alone(self, upstream):
    """The node comes alone.

    gradients goes through the inputs and their parts together, so one input has a list of one.
    """
    return upstream * Step(self.inputs[0])


@mistake("relu_gradient")
def slope_everywhere(self, upstream):
    """Upstream passes everywhere.

    Where x is negative, the output is 0 whatever x is: no gradient.
    """
    return [upstream]


@mistake("relu_gradient")
def slope_turned(self, upstream):
    """Upstream passes where x is negative.

    There the output is constant. It is for positive x that it grows with x.
    """
    return [upstream * Step(-1.0 * self.inputs[0])]


@mistake("relu_gradient")
def slope_of_upstream(self, upstream):
    """Upstream passes where it is positive itself.

    The switch was set by x on the way forward. A negative gradient passes an open one.
    """
    return [ReLU(upstream)]


@mistake("relu_gradient")
def slope_without_upstream(self, upstream):
    """The slope comes back without upstream.

    Downstream is upstream times local.
    """
    return [Step(self.inputs[0])]


@mistake("relu_gradient")
def slope_by_value(self, upstream):
    """Upstream is multiplied by the value, not by the slope.

    The slope of max(0, x) is 1 for all positive x, however large.
    """
    return [upstream * ReLU(self.inputs[0])]


@mistake("square_gradient")
def square_alone(self, upstream):
    """The node comes alone.

    gradients goes through the inputs and their parts together, so one input has a list of one.
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
    """Upstream is missing.

    2x is the local derivative; downstream is upstream times local.
    """
    return [2.0 * self.inputs[0]]


@mistake("square_gradient")
def square_x(self, upstream):
    """x is missing: its square has the derivative 2x.

    How fast a square grows depends on where one is.
    """
    return [2.0 * upstream]


@mistake("square_gradient")
def square_value(self, upstream):
    """Upstream is multiplied by the square, not by its derivative.

    self is the node of x²; its local derivative is another node, 2x.
    """
    return [upstream * self]


@mistake("sum_gradient")
def sum_alone(self, upstream):
    """The node comes alone.

    gradients goes through the inputs and their parts together, so one input has a list of one.
    """
    return BroadcastTo(upstream, self.inputs[0])


@mistake("sum_gradient")
def sum_number(self, upstream):
    """A number stands in place of a node.

    The gradient is computed later, when upstream and the shape of x are known. Here it is only written down.
    """
    return [1.0]


@mistake("sum_gradient")
def sum_not_spread(self, upstream):
    """Upstream is not spread over the shape of x.

    It is one number, and each element of x gets it: BroadcastTo.
    """
    return [upstream]


@mistake("sum_gradient")
def sum_ones(self, upstream):
    """Upstream is missing.

    Ones are the local derivative; downstream is upstream times local.
    """
    return [OnesLike(self.inputs[0])]


@mistake("sum_gradient")
def sum_times_x(self, upstream):
    """Upstream is multiplied by x.

    A sum grows by 1 when an element does, whatever the element is.
    """
    return [upstream * self.inputs[0]]


@mistake("gradients")
def chain_from_the_loss(loss, nodes):
    """It starts from the loss itself.

    If the loss changes by a little, the loss changes by just as much: the first gradient is 1.
    """
    total = {loss: loss}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_turned(loss, nodes):
    """The gradients come back in another order than the nodes.

    Who asks for [x, y] takes the first for that of x.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in reversed(nodes)]


@mistake("gradients")
def chain_forwards(loss, nodes):
    """The walk goes forwards: begin with the loss.

    A node can pass its gradient on only when it has one, and it comes from the node's users.
    """
    total = {loss: OnesLike(loss)}
    for node in topological_order([loss]):
        if node in total and node.inputs:
            for taken, part in zip(node.inputs, node.gradient(total[node])):
                total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_overwritten(loss, nodes):
    """A second part overwrites the first, where a node is used twice.

    Each use has its own effect on the loss; effects add up.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("gradients")
def chain_same_input(loss, nodes):
    """One part gets lost where a node takes the same input twice.

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
    """A node hands its gradient on before all of it has arrived.

    A breadth-first walk meets a node by its shortest way; a part that comes by a longer one is lost for all behind.
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
    """A node hands on all it has, again and again, whenever a part arrives.

    What it has handed on before is counted once more. In topological order each node has one turn.
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
    """What the loss does not depend on gets no gradient.

    Its gradient is 0, and the lookup of a node that the walk never met raises KeyError.
    """
    total = {loss: OnesLike(loss)}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] for node in nodes]


@mistake("gradients")
def chain_none(loss, nodes):
    """What the loss does not depend on gets no gradient.

    Its gradient is 0, and None cannot be run. ZerosLike makes a node of zeros.
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
    """It starts from a number in place of a node.

    What gradients returns can be run and differentiated, the gradient of the loss by itself too.
    """
    total = {loss: 1.0}
    for node in reversed(topological_order([loss])):
        for taken, part in zip(node.inputs, node.gradient(total[node]) if node.inputs else []):
            total[taken] = total[taken] + part if taken in total else part
    return [total[node] if node in total else ZerosLike(node) for node in nodes]


@mistake("training_step")
def step_without_assign(loss, variables, learning_rate):
    """Nothing is assigned: these are new values, not updates.

    The nodes compute what the variables should become, and no session stores it. assign(variable, …) does.
    """
    return [
        variable - learning_rate * slope for variable, slope in zip(variables, gradients(loss, variables))
    ]


@mistake("training_step")
def step_uphill(loss, variables, learning_rate):
    """The step goes uphill.

    The gradient points to where the loss grows. Subtract.
    """
    slopes = gradients(loss, variables)
    return [assign(variable, variable + learning_rate * slope) for variable, slope in zip(variables, slopes)]


@mistake("training_step")
def step_without_rate(loss, variables, learning_rate):
    """The learning rate is missing.

    A whole gradient is nearly always too far.
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
    """The learning rate is there twice.

    Once is enough: in the loss or in the step.
    """
    slopes = gradients(loss * learning_rate, variables)
    return [assign(variable, variable - learning_rate * slope) for variable, slope in zip(variables, slopes)]


@mistake("training_step")
def step_with_decay(loss, variables, learning_rate):
    """The variable is scaled, too: learning_rate times the variable is subtracted.

    Mind the brackets: only the gradient is multiplied by the learning rate.
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

    gradients gives them in the order in which the variables were named.
    """
    slopes = gradients(loss, variables[::-1])
    return [assign(variable, variable - learning_rate * slope) for variable, slope in zip(variables, slopes)]
