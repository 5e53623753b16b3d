"""FLAGS -> workbooks, CSV files and pages: per partner what it may see, and counts for the hub."""

from fraudmatch.report.inputs import ReportInput, Worklist
from fraudmatch.report.publish import report

__all__ = ["ReportInput", "Worklist", "report"]
