"""The course's figures: one function per figure, each figure with a text alternative.

Matplotlib is imported only when the first figure is drawn.
"""

from gradbook.plots.curves import compare_runs, curves, learning_curves
from gradbook.plots.descriptors import hog_glyphs, hue_histograms
from gradbook.plots.gradient_errors import gradient_error, gradient_error_markup
from gradbook.plots.images import image_grid, image_row, misclassified, neighbours, responses
from gradbook.plots.matrices import confusion_matrix, distance_matrix, search_heat_map
from gradbook.plots.overlays import overlaid_curves
from gradbook.plots.scores import accuracy_over_k, error_bars, timings
from gradbook.plots.weights import activation_histograms, filters, weight_templates

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
