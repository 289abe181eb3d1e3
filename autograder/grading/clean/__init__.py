"""Taking out of a graded notebook what could act when somebody opens it.

A page of the formgrader may give grades; a script of a student's, opened in it, could too. So what students
wrote and what their code displayed is reduced to an allow-list before it is recorded: text, mathematics,
tables and pictures stay; what runs, reaches out, or lies over the rest of the page goes.
"""
