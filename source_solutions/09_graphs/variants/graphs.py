"""Right solutions of 09_graphs/graphs, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("mat_mul_compute")
def product_by_dot(self, a, b):
    return a.dot(b)


@variant("mat_mul_compute")
def product_by_einsum(self, a, b):
    return np.einsum("ij,jk->ik", a, b)


@variant("relu_compute")
def relu_by_mask(self, x):
    return x * (x > 0)


@variant("relu_compute")
def relu_by_copy(self, x):
    out = x.copy()
    out[x < 0] = 0
    return out


@variant("topological_order")
def order_by_a_stack(nodes, known=()):
    known, order, visited = set(known), [], set()
    stack = [(node, False) for node in nodes]
    while stack:
        node, is_done = stack.pop()
        if node in known:
            continue
        if is_done:
            order.append(node)
        elif node not in visited:
            visited.add(node)
            stack.append((node, True))
            stack.extend((taken, False) for taken in node.inputs)
    return order


@variant("topological_order")
def order_by_waiting(nodes, known=()):
    # Kahn's algorithm: count the inputs that each node waits for, and take the nodes that wait for none.
    needed, stack = set(), [node for node in nodes if node not in known]
    while stack:
        node = stack.pop()
        if node not in needed:
            needed.add(node)
            stack += [taken for taken in node.inputs if taken not in known]
    waits = {node: {taken for taken in node.inputs if taken in needed} for node in needed}
    order = []
    while waits:
        ready = [node for node, missing in waits.items() if not missing]
        order += ready
        for node in ready:
            del waits[node]
        for missing in waits.values():
            missing.difference_update(ready)
    return order


@variant("topological_order")
def order_by_lists(nodes, known=()):
    topo_order = []

    def topo_sort_dfs(node, visited):
        if node in visited or node in known:
            return
        visited.append(node)
        for n in node.inputs:
            topo_sort_dfs(n, visited)
        topo_order.append(node)

    visited = []
    for node in nodes:
        topo_sort_dfs(node, visited)
    return topo_order


@variant("initialize_variables")
def variables_at_once(self, variables):
    self.variables.update({variable: self.device.to_device(variable.initial) for variable in variables})


@variant("initialize_variables")
def variables_merged(self, variables):
    fresh = [self.device.to_device(variable.initial) for variable in variables]
    self.variables = {**self.variables, **dict(zip(variables, fresh))}


@variant("session_run")
def run_by_recursion(self, fetches, feed_dict=None):
    is_list = isinstance(fetches, list)
    nodes = fetches if is_list else [fetches]
    values, updates = {}, []
    if feed_dict is not None:
        for node, value in feed_dict.items():
            values[node] = self.device.to_device(value)

    def evaluate(node):
        if node in values:
            return values[node]
        if isinstance(node, Placeholder):
            raise ValueError("not fed: " + node.name)
        if isinstance(node, Variable):
            if node not in self.variables:
                raise ValueError("not initialised: " + node.name)
            values[node] = self.variables[node]
            return values[node]
        arguments = [evaluate(taken) for taken in node.inputs]
        values[node] = node.compute(*arguments)
        self.log.append(node)
        if isinstance(node, Assign):
            updates.append(node)
        return values[node]

    for node in nodes:
        evaluate(node)
    for node in updates:
        self.variables[node.variable] = values[node]
    out = []
    for node in nodes:
        out.append(None if isinstance(node, Assign) else self.device.to_host(values[node]))
    return out if is_list else out[0]


@variant("session_run")
def run_in_passes(self, fetches, feed_dict=None):
    if not isinstance(fetches, (list, tuple)):
        return self.run([fetches], feed_dict)[0]
    feed_dict = {} if feed_dict is None else feed_dict
    order = topological_order(list(fetches), list(feed_dict))
    for node in order:
        if isinstance(node, Placeholder):
            raise ValueError(f"Feed a value for {node.name}!")
        if isinstance(node, Variable) and node not in self.variables:
            raise ValueError(f"Initialise {node.name} first!")
    values = {}
    for node, value in feed_dict.items():
        values[node] = self.device.to_device(value)
    for node in order:
        if isinstance(node, Variable):
            values[node] = self.variables[node]
        else:
            values[node] = node.compute(*(values[taken] for taken in node.inputs))
            self.log += [node]
    results = []
    for node in fetches:
        results.append(None if isinstance(node, Assign) else self.device.to_host(values[node]))
    for node in order:
        if isinstance(node, Assign):
            self.variables[node.variable] = values[node]
    return results


@variant("sum_to_compute")
def sum_by_loops(self, x, like):
    while x.ndim > like.ndim:
        x = x.sum(axis=0)
    for axis in range(like.ndim):
        if x.shape[axis] != like.shape[axis]:
            x = x.sum(axis=axis, keepdims=True)
    return x


@variant("sum_to_compute")
def sum_by_reshaping(self, x, like):
    shape = (1,) * (x.ndim - like.ndim) + like.shape
    axes = tuple(axis for axis in range(x.ndim) if shape[axis] != x.shape[axis])
    return np.sum(x, axis=axes, keepdims=True).reshape(like.shape)


@variant("add_gradient")
def add_by_a_list(self, upstream):
    return [SumTo(upstream, taken) for taken in self.inputs]


@variant("add_gradient")
def add_times_one(self, upstream):
    one = OnesLike(upstream)
    return [SumTo(upstream * one, self.inputs[0]), SumTo(upstream * one, self.inputs[1])]


@variant("mat_mul_gradient")
def product_by_constructors(self, upstream):
    grad_a = MatMul(upstream, Transpose(self.inputs[1]))
    grad_b = MatMul(Transpose(self.inputs[0]), upstream)
    return [grad_a, grad_b]


@variant("mat_mul_gradient")
def product_turned_twice(self, upstream):
    a, b = self.inputs
    return [(b @ upstream.T).T, (upstream.T @ a).T]


@variant("relu_gradient")
def slope_of_the_output(self, upstream):
    # The output is positive just where x is.
    return [Multiply(Step(self), upstream)]


@variant("relu_gradient")
def slope_spread(self, upstream):
    (x,) = self.inputs
    return [Step(x) * upstream + ZerosLike(x)]


@variant("square_gradient")
def square_by_a_sum(self, upstream):
    x = self.inputs[0]
    return [upstream * x + upstream * x]


@variant("square_gradient")
def square_by_constructors(self, upstream):
    return [Scale(Multiply(upstream, self.inputs[0]), 2)]


@variant("sum_gradient")
def sum_by_ones(self, upstream):
    return [OnesLike(self.inputs[0]) * upstream]


@variant("sum_gradient")
def sum_by_zeros(self, upstream):
    return [upstream + ZerosLike(self.inputs[0])]


@variant("gradients")
def chain_by_parts(loss, nodes):
    parts = {loss: [OnesLike(loss)]}
    grads = {}
    for node in topological_order([loss])[::-1]:
        grad = parts[node][0]
        for other in parts[node][1:]:
            grad = Add(grad, other)
        grads[node] = grad
        if node.inputs:
            for i, partial in enumerate(node.gradient(grad)):
                parts.setdefault(node.inputs[i], []).append(partial)
    out = []
    for node in nodes:
        out.append(grads[node] if node in grads else ZerosLike(node))
    return out


@variant("gradients")
def chain_by_users(loss, nodes):
    order = topological_order([loss])
    users = {node: [] for node in order}
    for node in order:
        for place, taken in enumerate(node.inputs):
            users[taken].append((node, place))
    known, local = {loss: OnesLike(loss)}, {}

    def gradient_of(node):
        if node not in users:
            return ZerosLike(node)
        if node not in known:
            for user, place in users[node]:
                if user not in local:
                    local[user] = user.gradient(gradient_of(user))
                part = local[user][place]
                known[node] = known[node] + part if node in known else part
        return known[node]

    return [gradient_of(node) for node in nodes]


@variant("training_step")
def step_by_a_loop(loss, variables, learning_rate):
    updates = []
    grads = gradients(loss, variables)
    for i in range(len(variables)):
        updates.append(Assign(variables[i], Add(variables[i], Scale(grads[i], -learning_rate))))
    return updates


@variant("training_step")
def step_of_a_scaled_loss(loss, variables, learning_rate):
    return [
        assign(variable, variable - slope)
        for variable, slope in zip(variables, gradients(Scale(loss, learning_rate), variables))
    ]
