"""The course's pictures, one call each, each with a text that says what it shows.

Matplotlib is imported when the first picture is asked for, not before.
"""

from autograder.notebook.plots.curves import compare_runs, curves, learning_curves
from autograder.notebook.plots.descriptors import hog_glyphs, hue_histograms
from autograder.notebook.plots.gradient_errors import gradient_error, gradient_error_markup
from autograder.notebook.plots.images import image_grid, image_row, misclassified, neighbours
from autograder.notebook.plots.matrices import confusion_matrix, distance_matrix, search_heat_map
from autograder.notebook.plots.overlays import overlaid_curves
from autograder.notebook.plots.responses import responses
from autograder.notebook.plots.scores import accuracy_over_k, error_bars, timings
from autograder.notebook.plots.weights import activation_histograms, filters, weight_templates

__all__ = [
    "accuracy_over_k",
    "activation_histograms",
    "compare_runs",
    "confusion_matrix",
    "curves",
    "distance_matrix",
    "error_bars",
    "filters",
    "gradient_error",
    "gradient_error_markup",
    "hog_glyphs",
    "hue_histograms",
    "image_grid",
    "image_row",
    "learning_curves",
    "misclassified",
    "neighbours",
    "overlaid_curves",
    "responses",
    "search_heat_map",
    "timings",
    "weight_templates",
]
