"""JupyterLab as a person has it in front of them: notebooks opened, cells filled and run."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

#: With it a page tells its notebook's cells, of which JupyterLab draws only those that are in view.
EXPOSED = "--LabApp.expose_app_in_browser=True"

#: Kernels start and imports take their time on a busy machine.
PATIENCE = 120_000


class Notebook:
    """A notebook that is open in JupyterLab.

    Parameters
    ----------
    page
        JupyterLab.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_function(
            "() => { const at = window.jupyterapp?.shell.currentWidget;"
            " return at?.sessionContext?.isReady && at.content.widgets.length > 0"
            " && at.sessionContext.session?.kernel?.status === 'idle'; }",
            polling=200,
            timeout=PATIENCE,
        )

    def cell(self, cell_id: str) -> Locator:
        """Go to a cell, so that it is in view and the one that is worked on."""
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
        """Put code in place of a cell's, as it is pasted."""
        self.cell(cell_id).locator(".cm-content").first.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self, cell_id: str) -> Locator:
        """Run a cell with Shift-Enter and return what it put out, when it is through."""
        cell = self.cell(cell_id)
        cell.locator(".cm-content").first.click()
        self.page.keyboard.press("Shift+Enter")
        prompt = cell.locator(".jp-InputPrompt").first
        expect(prompt).not_to_have_text("[ ]:")
        expect(prompt).not_to_have_text("[*]:", timeout=PATIENCE)
        return cell.locator(".jp-OutputArea").first

    def save(self) -> None:
        """Save the notebook with Ctrl-S."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", polling=200
        )
