"""Removal of active content from graded notebooks.

Pages of the formgrader can change grades, and so could a student's script that is opened there. Therefore
everything that students wrote or their code displayed is reduced to an allow-list before it is stored: text,
mathematics, tables and images are kept; scripts, external resources, and elements that could cover the rest
of the page are removed.
"""
