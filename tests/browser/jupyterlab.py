"""Control JupyterLab through its pages: open notebooks, fill in and run cells."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

#: Exposes all cells of a notebook to a page; JupyterLab renders only the visible ones.
EXPOSED = "--LabApp.expose_app_in_browser=True"

#: How long kernels and imports may take on a busy machine, in milliseconds.
TIMEOUT_MS = 120_000


class Notebook:
    """A notebook that is open in JupyterLab.

    Parameters
    ----------
    page
        The page of JupyterLab.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_function(
            "() => { const at = window.jupyterapp?.shell.currentWidget;"
            " return at?.sessionContext?.isReady && at.content.widgets.length > 0"
            " && at.sessionContext.session?.kernel?.status === 'idle'; }",
            polling=200,
            timeout=TIMEOUT_MS,
        )

    def cell(self, cell_id: str) -> Locator:
        """Scroll to a cell, and make it the active one."""
        index = self.page.evaluate(
            "async id => { const content = window.jupyterapp.shell.currentWidget.content;"
            " const index = content.widgets.findIndex(cell => cell.model.id === id);"
            " content.activeCellIndex = index; await content.scrollToItem(index, 'center'); return index; }",
            cell_id,
        )
        assert index >= 0, f"there is no cell {cell_id}"
        cell = self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")
        expect(cell).to_be_visible()
        return cell

    def write(self, cell_id: str, source: str) -> None:
        """Replace the code of a cell by pasting."""
        self.cell(cell_id).locator(".cm-content").first.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self, cell_id: str) -> Locator:
        """Run a cell with Shift-Enter, wait until it has finished, and return its output."""
        cell = self.cell(cell_id)
        cell.locator(".cm-content").first.click()
        self.page.keyboard.press("Shift+Enter")
        prompt = cell.locator(".jp-InputPrompt").first
        expect(prompt).not_to_have_text("[ ]:")
        expect(prompt).not_to_have_text("[*]:", timeout=TIMEOUT_MS)
        return cell.locator(".jp-OutputArea").first

    def save(self) -> None:
        """Save the notebook with Ctrl-S."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", polling=200
        )
