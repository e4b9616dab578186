"""What the menu says in an application that only looks at layouts."""

from bumpgen.macros import menu
from bumpgen.macros.settings import Settings
from tests.macros.piloted import Pilot, told, trigger


def found(arguments):
    menu.start(Settings(arguments["python"], "", "test"))
    Pilot()
    trigger("open")
    return told
