"""Right solutions to the tasks of 03_linear/softmax, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("softmax_loss_naive")
def naive_in_the_field(W, X, y, reg):
    # Initialize the loss and gradient to zero.
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        # numerical stability
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for k in range(num_classes):
            dW[:, k] += (p[k] - (k == y[i])) * X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW


@variant("softmax_loss_naive")
def naive_in_logarithms(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for x, label in zip(X, y, strict=True):
        scores = x @ W
        logs = scores - np.logaddexp.reduce(scores)
        loss -= logs[label]
        dW += np.outer(x, np.exp(logs))
        dW[:, label] -= x
    return loss / len(X) + reg * np.linalg.norm(W) ** 2, dW / len(X) + 2 * reg * W


@variant("softmax_loss_naive")
def naive_from_score_differences(W, X, y, reg):
    (N, D), C = X.shape, W.shape[1]
    loss, dW = reg * np.sum(W**2), 2 * reg * W
    for i in range(N):
        scores = [sum(X[i, d] * W[d, c] for d in range(D)) for c in range(C)]
        for j in range(C):
            # Each difference is in the power from the start.
            p = 1 / sum(np.exp(other - scores[j]) for other in scores)
            if j == y[i]:
                loss -= np.log(p) / N
                p -= 1
            for d in range(D):
                dW[d, j] += p * X[i, d] / N
    return loss, dW


@variant("softmax_loss_vectorized")
def vectorized_in_the_field(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(num_train), y])
    loss = np.sum(correct_logprobs) / num_train
    loss += reg * np.sum(W * W)
    dscores = probs
    dscores[range(num_train), y] -= 1
    dscores /= num_train
    dW = np.dot(X.T, dscores)
    dW += 2 * reg * W
    return loss, dW


@variant("softmax_loss_vectorized")
def vectorized_with_one_hot(W, X, y, reg):
    Y = np.zeros((X.shape[0], W.shape[1]))
    Y[np.arange(X.shape[0]), y] = 1
    f = X @ W
    f -= f.max(1).reshape(-1, 1)
    P = np.exp(f - np.log(np.exp(f).sum(1))[:, None])
    loss = -np.mean(np.sum(Y * np.log(P), axis=1)) + reg * (W**2).sum()
    return loss, ((P - Y).T @ X).T / len(X) + reg * (W + W)


@variant("softmax_loss_vectorized")
def vectorized_with_scipy(W, X, y, reg):
    from scipy.special import log_softmax

    logs = log_softmax(np.einsum("ik,kj->ij", X, W), axis=1)
    rows = range(len(y))
    pulls = np.exp(logs)
    pulls[rows, y] -= 1
    loss = reg * np.einsum("ij,ij", W, W) - logs[rows, y].mean()
    return loss, np.einsum("ki,kj->ij", X, pulls) / len(y) + 2 * reg * W
