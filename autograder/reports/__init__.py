"""Reports on the results of grading: terminal, feedback pages, class reports, exports."""
