"""The library's tree, a placed array with the box that holds it, and its parameters; two screenshots."""

import pya

PROCESS = "wlcsp_500"
SIZE = (860, 660)


def settle():
    for _ in range(20):
        pya.Application.instance().process_events()


def drawn(view):
    """An array of sites in a view; the cell and the instance."""
    layout = view.active_cellview().layout()
    top = layout.create_cell("DIE")
    values = {"box": pya.DBox(-1500, -1700, 1500, 1700), "arrangement": "staggered", "pitch_y": 433.0}
    array = layout.create_cell("Array", f"bumpgen {PROCESS}", values)
    placed = top.insert(pya.DCellInstArray(array.cell_index(), pya.DTrans()))
    view.active_cellview().cell = top
    return top, placed


def coloured(view):
    """The process's colours for the layers that are drawn; openings are hatched."""
    from bumpgen.process import read_process

    by_number = {layer.gds: layer for layer in read_process(PROCESS).layers.values()}
    view.add_missing_layers()
    each = view.begin_layers()
    while not each.at_end():
        node = each.current()
        layer = by_number[(node.source_layer, node.source_datatype)]
        node.fill_color = node.frame_color = int(layer.color[1:], 16)
        node.dither_pattern = 5 if layer.meaning == "opening" else 2
        each.next()


def inside(widget):
    """Every widget in a widget."""
    for child in widget.children():
        yield child
        yield from inside(child)


def parameters(window, view, top, placed):
    """The dialog of the instance's properties, and in it the page of the PCell's parameters."""
    path = pya.ObjectInstPath()
    path.cv_index, path.top = 0, top.cell_index()
    path.append_path(pya.InstElement(placed))
    view.object_selection = [path]
    window.menu().action("edit_menu.show_properties").trigger()
    settle()
    dialog = next(w for w in pya.QApplication.topLevelWidgets() if w.visible and "Properties" in w.windowTitle)
    widgets = {widget.objectName: widget for widget in inside(dialog)}
    tabs, page = widgets["param_tab_widget"], widgets["pcell_tab"]
    tabs.currentIndex = next(index for index in range(tabs.count) if "PCell" in tabs.tabText(index))
    settle()
    return dialog, page


def found(arguments):
    from bumpgen.macros.pcells import start

    start()
    window, application = pya.MainWindow.instance(), pya.Application.instance()
    window.resize(*SIZE)
    for name in ("show-layer-toolbox", "show-navigator", "show-hierarchy-panel", "grid-visible"):
        application.set_config(name, "false")
    application.set_config("current-lib-view", f"bumpgen {PROCESS}")
    window.create_layout(1)
    view = window.current_view()
    top, placed = drawn(view)
    coloured(view)
    view.max_hier_levels, view.min_hier_levels = 10, 0
    view.zoom_fit()
    settle()
    dialog, page = parameters(window, view, top, placed)
    dialog.resize(1, 1)  # as small as it can be
    settle()
    page.grab().save(arguments["parameters"])
    dialog.close()  # the application doesn't end while it is open
    settle()
    window.grab().save(arguments["window"])
    return [name for name in ("window", "parameters") if not pya.QPixmap(arguments[name]).isNull()]
