"""LocalEmu with the plug-ins of this folder, on the loopback interface alone. Ends with its standard input: it cannot outlive who started it."""
import functools
import os
import threading

from twisted.internet import endpoints

# LocalEmu names no interface, so Twisted would listen on all of them.
endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")

import access_keys
import commands
import functions
import rotations
import stack_resources


def end_with_input():
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    for plugin in (access_keys, commands, functions, rotations, stack_resources):
        plugin.install()

    from localemu.runtime.main import main

    main()
